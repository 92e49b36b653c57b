//! P125: it can not be cloned.
use weftwork::retry;

struct FetchError;

struct Request;

#[retry(attempts = 4, clone(request))]
async fn send(request: Request) -> Result<Request, FetchError> {
    Ok(request)
}

fn main() {}
