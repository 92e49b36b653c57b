//! D17: what others call it.
use weftwork::blocking;

#[blocking(io)]
async fn read() -> u8 {
    1
}

#[tokio::main]
async fn main() {
    read().await;
}
