//! G62: `yield ..3` delegates to the items of 3, which has none.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> std::ops::RangeTo<u8> {
        yield ..3;
    });
    let _ = generator!(|| -> std::ops::RangeToInclusive<u8> {
        yield ..=3;
    });
    let _ = generator!(async || -> std::ops::RangeFull {
        yield ..;
    });
    let _ = generator!(|| -> std::ops::RangeTo<u8> {
        yield ..4;
    });
}
