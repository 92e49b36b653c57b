//! P118, D40: a type that has no error.
use weftwork::fallback;

#[fallback(_ => 1)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
