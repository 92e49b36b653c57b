//! P125: there is no such argument.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4, clone(reqest))]
async fn send(request: String) -> Result<usize, FetchError> {
    Ok(request.len())
}

fn main() {}
