//! D34: a range with a number that has no unit.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = 50..2s)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
