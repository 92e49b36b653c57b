//! A loop that misses something is one error.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> i32 {
        for await number {
            yield number;
        }
        yield 1;
    });
    let _ = generator!(async || -> i32 {
        for await number in futures::stream::iter([1]);
        yield 1;
    });
}
