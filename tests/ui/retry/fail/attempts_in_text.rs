//! D36: a count in quotes.
use weftwork::retry;

struct FetchError;

#[retry(attempts = "4")]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
