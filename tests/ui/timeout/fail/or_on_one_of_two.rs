//! P117: the other one of two timeouts has neither a value nor a conversion.
use weftwork::timeout;

#[timeout(8s)]
#[timeout(5s, or = 1)]
async fn fetch() -> u32 {
    1
}

#[tokio::main]
async fn main() {
    let _one = fetch().await;
}
