//! `return` in the body of a comprehension.

use weftwork::gather;

async fn get(n: u8) -> u8 {
    n
}

async fn all() -> Vec<u8> {
    gather!(for n in 0..3 {
        if n == 2 {
            return vec![];
        }
        get(n)
    })
    .await
}

fn main() {}
