//! P118, D40: no return type at all.
use weftwork::fallback;

#[fallback(_ => ())]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
