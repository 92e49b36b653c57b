//! D18: the same option twice.
use weftwork::timeout;

#[timeout(5s, or = 1, or = 2)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
