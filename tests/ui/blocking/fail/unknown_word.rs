//! P124: there is one word.
use weftwork::blocking;

#[blocking(gpu)]
async fn read() -> u8 {
    1
}

#[tokio::main]
async fn main() {
    read().await;
}
