//! P95: a closure can not await. An arm can.
use weftwork::fallback;

#[fallback(async |_| Ok(1))]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
