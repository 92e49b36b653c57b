//! D21: an option without its value.
use weftwork::retry;

struct FetchError;

#[retry(attempts =)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
