//! P118: what asks about the error says nothing more.
use weftwork::retry;

struct FetchError;

impl FetchError {
    fn is_transient(&self) -> bool {
        true
    }
}

#[retry(attempts = 4, when = FetchError::is_transient)]
async fn fetch() -> u8 {
    1
}

fn main() {}
