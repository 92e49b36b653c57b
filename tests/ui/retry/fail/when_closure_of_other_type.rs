//! P127: the compiler's own words about a type.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, when = |error| error.code)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
