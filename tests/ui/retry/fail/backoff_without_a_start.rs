//! D34: an open range.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = ..2s)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
