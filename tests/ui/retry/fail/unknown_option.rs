//! D16: there is no such option.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 3, colour = 3)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
