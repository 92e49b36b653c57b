//! D17: what others call it.
use weftwork::timeout;

#[timeout(5s, default = 1)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
