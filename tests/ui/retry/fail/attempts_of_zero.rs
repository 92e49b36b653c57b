//! P122, D36: nothing would ever run.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 0)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
