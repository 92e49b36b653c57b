//! G106: the same in whole functions and iterators.

use futures_core::Stream;
use weftwork::try_generator;

struct Row;

try_generator!(
    async fn stream() -> impl Stream<Item = Row> {
        yield Row;
    }
);

try_generator!(
    fn iterator() -> impl Iterator<Item = Row> {
        yield Row;
    }
);

fn main() {
    drop((stream(), iterator()));
    let _ = try_generator!(move || -> Row {
        yield Row;
    });
}
