//! D34: neither a range nor constant.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, backoff = 100ms)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
