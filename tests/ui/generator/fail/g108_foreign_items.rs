//! G108: items that are no function with a body.

use weftwork::generator;

generator!(
    pub struct Rows;
);

generator!(
    async fn rows() -> impl futures_core::Stream<Item = u8>;
);

generator!(
    fn first() -> impl Iterator<Item = u8> {
        yield 1;
    }

    fn second() -> impl Iterator<Item = u8> {
        yield 2;
    }
);

generator!(
    pub async fn
);

generator!();

struct Rows;

impl Rows {
    generator!(rows());
}

trait Source {
    generator!(
        async fn rows(&self) -> impl futures_core::Stream<Item = u8>;
    );
}

fn main() {}
