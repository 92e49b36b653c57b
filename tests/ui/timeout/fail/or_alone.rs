//! D20: a value, and no duration.
use weftwork::timeout;

#[timeout(or = 1)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
