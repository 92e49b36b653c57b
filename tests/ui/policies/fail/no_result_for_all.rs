//! P118: a type that can not fail, once for all layers that ask.
use weftwork::fallback;

#[fallback(_ => 1)]
#[fallback(|_| 2)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
