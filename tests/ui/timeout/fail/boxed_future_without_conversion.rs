//! P117, D39 on a future written by hand.
use std::future::Future;
use std::pin::Pin;
use weftwork::timeout;

#[timeout(5s)]
fn fetch() -> Pin<Box<dyn Future<Output = Result<u8, std::fmt::Error>> + Send>> {
    Box::pin(async { Ok(1) })
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
