//! D52: two mistakes are two errors.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 0, backoff = 2s..50ms)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
