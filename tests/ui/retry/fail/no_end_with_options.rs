//! P78: a backoff is no end.
use weftwork::retry;

struct FetchError;

#[retry(backoff = 50ms..2s, jitter)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
