//! P117, D39 on `impl Future`.
use std::future::Future;
use weftwork::timeout;

#[timeout(5s)]
fn fetch() -> impl Future<Output = Result<u8, std::fmt::Error>> {
    async { Ok(1) }
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
