//! What a function returns can not borrow its locals.

use futures_core::Stream;
use weftwork::generator;

fn stream(up_to: u8) -> impl Stream<Item = u8> {
    generator!(async {
        yield up_to;
    })
}

fn iterator(up_to: u8) -> impl Iterator<Item = u8> {
    generator!({
        yield up_to;
    })
}

fn main() {
    drop((stream(1), iterator(1)));
}
