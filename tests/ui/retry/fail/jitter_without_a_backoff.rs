//! P124, D19: no pause to vary.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, jitter)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
