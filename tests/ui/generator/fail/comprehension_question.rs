//! `?` in the body of a comprehension without a mark, in a generator and in a fallible one.

use std::num::ParseIntError;

use weftwork::{Stream, as_completed, for_await, gather, generator, try_generator};

async fn double(n: u8) -> u8 {
    n * 2
}

fn doubled(words: Vec<String>) -> impl Stream<Item = u8> {
    generator!(async move {
        let all = gather!(for word in words { double(word.parse()?) }).await;
        yield ..all;
    })
}

fn tried(words: Vec<String>) -> impl Stream<Item = Result<u8, ParseIntError>> {
    try_generator!(async move {
        for_await!(for n in as_completed!(for word in words { double(word.parse()?) }) {
            yield n;
        });
    })
}

fn main() {}
