//! D17: what another library calls it.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, delay = 100ms)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
