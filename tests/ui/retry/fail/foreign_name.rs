//! P123, D17: what another library calls it.
use weftwork::retry;

struct FetchError;

#[retry(max_tries = 3)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
