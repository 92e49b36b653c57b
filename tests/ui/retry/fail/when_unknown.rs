//! P127: the compiler's own words about a name.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, when = FetchError::is_transient)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
