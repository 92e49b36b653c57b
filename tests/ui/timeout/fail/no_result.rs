//! P117, D40: a type that can not fail at all.
use weftwork::timeout;

#[timeout(5s)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
