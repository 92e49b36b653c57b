//! P127: the compiler's own words about a type.
use weftwork::retry;

struct FetchError;

#[retry(attempts = most)]
async fn fetch(most: usize) -> Result<usize, FetchError> {
    Ok(most)
}

fn main() {}
