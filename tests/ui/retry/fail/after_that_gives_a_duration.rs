//! P127, D37: there may be none.
use weftwork::retry;

struct FetchError;

fn retry_after(_: &FetchError) -> std::time::Duration {
    std::time::Duration::ZERO
}

#[retry(attempts = 3, after = retry_after)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
