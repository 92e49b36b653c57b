//! D28: a duration needs a unit.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = constant(100))]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
