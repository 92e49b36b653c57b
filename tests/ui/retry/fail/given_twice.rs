//! P123, D18: the same option twice.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, attempts = 4)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
