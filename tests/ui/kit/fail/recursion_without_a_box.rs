//! D51: the compiler's error.
use weftwork::{Elapsed, timeout};

#[timeout(5s)]
async fn fetch(depth: u8) -> Result<u8, Elapsed> {
    if depth == 0 { Ok(0) } else { fetch(depth - 1).await }
}

#[tokio::main]
async fn main() {
    fetch(1).await.unwrap();
}
