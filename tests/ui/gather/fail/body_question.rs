//! `?` in the body of a comprehension without a mark.

use weftwork::gather;

async fn get(n: u8) -> u8 {
    n
}

async fn all(words: &[&str]) -> Result<Vec<u8>, std::num::ParseIntError> {
    Ok(gather!(for word in words { get(word.parse()?) }).await)
}

fn main() {}
