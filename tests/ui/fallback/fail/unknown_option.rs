//! D16: there are no options but `crate`.
use weftwork::fallback;

#[fallback(value = 1)]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
