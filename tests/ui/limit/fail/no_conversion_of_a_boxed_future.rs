//! P52: the result of a future written by hand.
use weftwork::limit;

use std::pin::Pin;

struct FetchError;

#[limit(5, wait = 500ms)]
fn fetch() -> Pin<Box<dyn Future<Output = Result<u8, FetchError>> + Send>> {
    Box::pin(async { Ok(1) })
}

fn main() {}
