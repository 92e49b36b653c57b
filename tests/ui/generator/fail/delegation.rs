//! G62 and delegation, until it is there.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> std::ops::RangeTo<u8> {
        yield ..3;
    });
}
