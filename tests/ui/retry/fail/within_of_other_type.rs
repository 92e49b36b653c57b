//! P127, D33: the compiler's own words about a type.
use weftwork::retry;

struct FetchError;

#[retry(within = patience)]
async fn fetch(patience: u64) -> Result<u64, FetchError> {
    Ok(patience)
}

fn main() {}
