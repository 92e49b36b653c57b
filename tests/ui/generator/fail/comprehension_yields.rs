//! A `yield` in the body of a comprehension, in front of the future.

use weftwork::{Stream, gather, generator};

async fn double(n: u8) -> u8 {
    n * 2
}

fn doubled() -> impl Stream<Item = u8> {
    generator!(async move {
        gather!(for n in 0..3 {
            yield n;
            double(n)
        })
        .await;
    })
}

fn main() {}
