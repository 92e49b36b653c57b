//! D19: a closure beside arms.
use weftwork::fallback;

#[fallback(1 => Ok(1), |_| Ok(2))]
async fn fetch() -> Result<u8, u8> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
