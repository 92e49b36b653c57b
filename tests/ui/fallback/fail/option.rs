//! P118, D40: an `Option` has no error to match.
use weftwork::fallback;

#[fallback(None => Some(1))]
async fn fetch() -> Option<u32> {
    Some(1)
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
