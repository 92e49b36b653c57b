//! G105: what a whole function returns.

use weftwork::{generator, try_generator};

struct Row;

generator!(
    async fn no_type() {
        yield Row;
    }
);

generator!(
    async fn item() -> Row {
        yield Row;
    }
);

generator!(
    fn boxed() -> Box<dyn Iterator<Item = Row>> {
        yield Row;
    }
);

generator!(
    async fn iterator() -> impl Iterator<Item = Row> {
        yield Row;
    }
);

generator!(
    fn stream() -> impl futures_core::Stream<Item = Row> {
        yield Row;
    }
);

try_generator!(
    fn result() -> Result<impl futures_core::Stream<Item = Row>, ()> {
        yield Row;
    }
);

try_generator!(
    fn fallible_stream() -> impl futures_core::Stream<Item = Result<Row, ()>> {
        yield Row;
    }
);

impl Row {
    generator!(
        /// The rest of the function is still looked at.
        pub async fn method(&self) -> impl Future<Output = Row> {
            yield undefined;
        }
    );
}

generator!(
    const fn constant() -> impl Iterator<Item = Row> {
        yield Row;
    }
);

fn main() {
    drop((no_type(), item(), boxed(), iterator(), stream(), result(), fallible_stream(), Row.method(), constant()));
}
