//! G16 and G110: nothing that a body may rightly hold is warned about.

#![forbid(unsafe_code)]
#![deny(warnings)]

use futures_core::Stream;
use weftwork::{for_await, generator, stream, try_generator};

pub fn endless() -> impl Stream<Item = u64> {
    generator!(async {
        loop {
            yield 1;
        }
    })
}

pub fn returns() -> impl Stream<Item = Result<u64, &'static str>> {
    try_generator!(async {
        yield 1;
        return Err("over");
    })
}

pub fn panics() -> impl Stream<Item = Result<u64, &'static str>> {
    try_generator!(async { panic!("on purpose") })
}

pub fn nested() -> impl Stream<Item = Result<u64, &'static str>> {
    try_generator!(async {
        async { yield 1 }.await;
        for await n in endless() {
            yield n;
        }
    })
}

pub fn empty() -> impl Stream<Item = u64> {
    generator!(async {})
}

pub fn handle() -> impl Stream<Item = u64> {
    stream(async |y| y.emit(1).await)
}

#[tokio::main]
async fn main() {
    for_await!(for n in endless() {
        if n == 1 {
            break;
        }
    });
    for_await!(for _ in returns() {});
    for_await!(for _ in nested() { break });
    for_await!(for _ in empty() {});
    for_await!(for n in handle() { assert_eq!(n, 1) });
    drop(panics());
}
