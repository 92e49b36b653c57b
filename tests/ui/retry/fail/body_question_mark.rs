//! D49: an error that is not converted.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4)]
async fn fetch(text: &str) -> Result<String, FetchError> {
    let number: u8 = text.parse()?;
    Ok(number.to_string())
}

fn main() {}
