//! D5, P108: an await in the body.
use weftwork::blocking;

#[blocking]
async fn read() -> u8 {
    std::future::ready(1).await
}

#[tokio::main]
async fn main() {
    let _done = read().await;
}
