//! P123, D16: nearly an option.
use weftwork::retry;

struct FetchError;

#[retry(attemps = 3)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
