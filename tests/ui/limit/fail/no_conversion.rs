//! P52, D39: who may be refused needs a result that says so.
use weftwork::limit;

struct FetchError;

#[limit(5, wait = 500ms)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
