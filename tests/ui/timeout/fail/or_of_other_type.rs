//! P127, D42: a value of another type.
use weftwork::timeout;

#[timeout(5s, or = "none")]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
