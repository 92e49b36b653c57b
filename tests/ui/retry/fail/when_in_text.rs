//! D26: a path as text.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, when = "is_transient")]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
