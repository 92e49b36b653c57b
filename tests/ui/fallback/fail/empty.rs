//! D20: nothing to fall back on.
use weftwork::fallback;

#[fallback]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
