//! P127, D37: it says yes or no.
use weftwork::retry;

struct FetchError;

fn cause(_: &FetchError) -> u8 {
    1
}

#[retry(attempts = 3, when = cause)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
