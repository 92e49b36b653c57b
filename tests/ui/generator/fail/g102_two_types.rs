//! G102: the second operand is the one of another type.

use weftwork::generator;

fn main() {
    let _ = generator!(async {
        yield 1;
        yield "two";
    });
    let _ = generator!(async {
        async { yield 1 }.await;
        yield "two";
    });
    let _ = generator!(async || -> u8 {
        yield "three";
    });
    let _ = generator!(async || -> u8 {
        let number: u32 = yield 1;
        drop(number);
    });
}
