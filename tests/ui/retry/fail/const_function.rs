//! P119, D3: a function that runs when it is compiled.
use weftwork::retry;

struct FetchError;

#[retry(attempts = 4)]
const fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
