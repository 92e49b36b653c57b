//! P78, D20: without an end.
use weftwork::retry;

struct FetchError;

#[retry()]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
