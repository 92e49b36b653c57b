//! G103: the end of a body needs no `Ok(())`.

use futures_core::Stream;
use weftwork::try_generator;

try_generator!(
    async fn numbers() -> impl Stream<Item = Result<u8, String>> {
        yield 1;
        Ok(())
    }
);

fn block() -> impl Stream<Item = Result<u8, String>> {
    try_generator!(async {
        yield 1;
        Err(String::from("late"))
    })
}

fn nothing() -> impl Stream<Item = Result<u8, String>> {
    try_generator!(async {
        yield 1;
        None
    })
}

fn main() {}
