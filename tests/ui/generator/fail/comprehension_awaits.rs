//! The body of a comprehension waits for nothing, in a generator neither.

use weftwork::{Stream, gather, generator};

async fn double(n: u8) -> u8 {
    n * 2
}

fn doubled() -> impl Stream<Item = u8> {
    generator!(async move {
        let all = gather!(for n in 0..3 { double(double(n).await) }).await;
        yield ..all;
    })
}

fn main() {}
