//! P127, D37: it is called.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, when = true)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
