//! D38: no pattern in front of the arrow.
use weftwork::fallback;

#[fallback(=> Ok(1))]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
