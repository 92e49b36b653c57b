//! D36: counts go from 1 upwards.
use weftwork::retry;

struct FetchError;

#[retry(attempts = -1)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
