//! P89: the body gives away what the next attempt needs.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4)]
async fn send(request: String) -> Result<Vec<u8>, FetchError> {
    Ok(request.into_bytes())
}

fn main() {}
