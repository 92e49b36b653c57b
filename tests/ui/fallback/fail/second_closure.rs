//! D22: two closures.
use weftwork::fallback;

#[fallback(|_| Ok(1), |_| Ok(2))]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
