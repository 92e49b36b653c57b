//! G98: a macro that wraps its argument in a block or closure of its own can not hide a `yield` in it.

use weftwork::generator;

macro_rules! in_a_block {
    ($($tokens:tt)*) => { async { $($tokens)* } };
}
macro_rules! in_a_closure {
    ($($tokens:tt)*) => { || { $($tokens)* } };
}

fn main() {
    let _ = generator!(async || -> u8 {
        in_a_block!(yield 1).await;
    });
    let _ = generator!(async || -> u8 {
        in_a_closure!(yield 2)();
    });
    let _ = generator!(async || -> u8 {
        async { yield 1 }.await;
        in_a_closure!(yield 3)();
    });
}
