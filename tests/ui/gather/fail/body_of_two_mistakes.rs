//! Each mistake in a body is one error.

use weftwork::gather;

async fn get(n: u8) -> u8 {
    n
}

async fn all(words: &[&str]) -> Vec<u8> {
    gather!(for word in words {
        let n = word.parse()?;
        if n == 2 {
            return vec![];
        }
        get(get(n).await)
    })
    .await
}

fn main() {}
