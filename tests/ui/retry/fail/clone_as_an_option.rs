//! P125: `clone` takes names in parentheses.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4, clone = request)]
async fn send(request: String) -> Result<usize, FetchError> {
    Ok(request.len())
}

fn main() {}
