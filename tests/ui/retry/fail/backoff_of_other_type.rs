//! P127: the compiler's own words about a type.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = pause)]
async fn fetch(pause: u64) -> Result<u64, FetchError> {
    Ok(pause)
}

fn main() {}
