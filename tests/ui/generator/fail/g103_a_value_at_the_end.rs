//! G103: a generator gives its items by `yield` alone.

use weftwork::generator;

fn main() {
    let _ = generator!(async {
        yield 1;
        2
    });
    let _ = generator!(async || -> u8 {
        async { yield 1 }.await;
        if true { 2 } else { 3 }
    });
    let _ = generator!(async || -> u8 {
        yield 1;
        return 2;
    });
}
