//! D25: an option of another attribute.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, max_waiting = 64)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
