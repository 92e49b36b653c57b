//! D22: a number alone.
use weftwork::retry;

struct FetchError;

#[retry(4)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
