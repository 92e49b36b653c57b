//! P125: the same argument twice.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4, clone(request, request))]
async fn send(request: String) -> Result<Vec<u8>, FetchError> {
    Ok(request.into_bytes())
}

fn main() {}
