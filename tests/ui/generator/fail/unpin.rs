//! A generator must not move between polls.

use std::pin::Pin;

use futures_core::Stream;
use weftwork::generator;

fn moved(mut stream: impl Stream<Item = u8>) {
    let _ = Pin::new(&mut stream);
}

fn main() {
    let mut stream = generator!(async { yield 1 });
    let _ = Pin::new(&mut stream);
    moved(stream);
}
