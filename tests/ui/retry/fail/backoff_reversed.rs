//! P124, D34: the longest pause first.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = 2s..50ms)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
