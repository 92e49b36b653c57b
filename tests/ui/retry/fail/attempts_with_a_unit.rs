//! D36: a duration is no count.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4s)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
