//! P119, D2: a function that can not wait.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4)]
fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
