//! P52, D39: two limits that refuse, and one error.
use weftwork::{limit, retry};

struct FetchError;

#[limit(5, wait = 500ms)]
#[retry(attempts = 4)]
#[limit(100/s, max_waiting = 64)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
