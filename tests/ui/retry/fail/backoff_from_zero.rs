//! D32: pauses that never grow.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = 0s..2s)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
