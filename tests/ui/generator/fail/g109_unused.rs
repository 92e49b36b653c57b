//! G109 and G110: what is not used is said to be, and dead code is the user's own.

#![deny(warnings)]

use weftwork::{generator, stream};

fn main() {
    generator!(async { yield 1 });
    stream::<u8, _>(async |y| {
        y.emit(1);
    });
    let _ = generator!(async || -> u8 {
        let unused = 1;
        yield 1;
        return;
        yield 2;
    });
}
