//! P125: names of arguments, and nothing else.
use weftwork::retry;

struct FetchError;

struct Pair(String, String);

#[retry(attempts = 4, clone(pair.0))]
async fn send(pair: Pair) -> Result<usize, FetchError> {
    Ok(pair.0.len() + pair.1.len())
}

fn main() {}
