//! P121, D28: a duration needs a unit.
use weftwork::retry;

struct FetchError;

#[retry(within = 10)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
