//! `return` in the body of a comprehension, in a generator and in a fallible one.

use weftwork::{Stream, gather, generator, try_generator};

async fn double(n: u8) -> u8 {
    n * 2
}

fn doubled() -> impl Stream<Item = u8> {
    generator!(async move {
        let all = gather!(for n in 0..3 {
            if n == 2 {
                return;
            }
            double(n)
        })
        .await;
        yield ..all;
    })
}

fn tried() -> impl Stream<Item = Result<u8, String>> {
    try_generator!(async move {
        let all = gather!(for n in 0..3 {
            if n == 2 {
                return;
            }
            double(n)
        })
        .await;
        yield ..all;
    })
}

fn main() {}
