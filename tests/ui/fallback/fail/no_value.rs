//! D38: no value behind the arrow.
use weftwork::fallback;

#[fallback(_ =>)]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
