//! D49: a semicolon too many.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4)]
async fn fetch(text: &str) -> Result<String, FetchError> {
    Ok(text.to_owned());
}

fn main() {}
