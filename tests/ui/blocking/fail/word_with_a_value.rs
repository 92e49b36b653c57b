//! D21: a word has no value.
use weftwork::blocking;

#[blocking(cpu = 4)]
async fn read() -> u8 {
    1
}

#[tokio::main]
async fn main() {
    read().await;
}
