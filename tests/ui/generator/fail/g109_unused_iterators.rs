//! G109: what is not gone through is said to be, in our words.

#![deny(warnings)]

use futures_core::Stream;
use weftwork::{generator, iter};

generator!(
    #[must_use = "rows are what this is for"]
    async fn rows() -> impl Stream<Item = u8> {
        let unused = 1;
        yield 1;
        return;
        yield 2;
    }
);

generator!(
    fn unused(argument: u8) -> impl Iterator<Item = u8> {
        yield 1;
    }
);

fn main() {
    generator!({ yield 1 });
    iter::<u8, _>(async |y| {
        y.emit_all([1]);
    });
    rows();
}
