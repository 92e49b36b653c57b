//! D28: a constant pause of no length.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = constant())]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
