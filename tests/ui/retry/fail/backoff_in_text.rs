//! D26: a range as text.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = "50ms..2s")]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
