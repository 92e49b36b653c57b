//! `?` in the body of a comprehension whose errors are items.

use weftwork::as_completed;

async fn get(n: u8) -> u8 {
    n
}

async fn all(words: &[&str]) -> Result<(), std::num::ParseIntError> {
    let _ = as_completed!(for word in words { get(word.parse()?) });
    Ok(())
}

fn main() {}
