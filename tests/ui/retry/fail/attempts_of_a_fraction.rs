//! D36: counts are whole.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 1.5)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
