//! P89: the same under several layers.
use weftwork::{limit, retry};

struct FetchError;

#[limit(4)]
#[retry(attempts = 4)]
#[limit(100/s)]
async fn send(request: String) -> Result<Vec<u8>, FetchError> {
    Ok(request.into_bytes())
}

fn main() {}
