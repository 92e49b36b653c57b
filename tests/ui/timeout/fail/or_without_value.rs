//! D21: an option without a value.
use weftwork::timeout;

#[timeout(5s, or)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
