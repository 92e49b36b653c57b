//! D21: a word with a value.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = 50ms..2s, jitter = true)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
