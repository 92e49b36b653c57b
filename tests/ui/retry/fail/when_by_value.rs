//! P127, D37: it looks at the error and does not take it.
use weftwork::retry;

struct FetchError;

fn is_transient(_: FetchError) -> bool {
    true
}

#[retry(attempts = 3, when = is_transient)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
