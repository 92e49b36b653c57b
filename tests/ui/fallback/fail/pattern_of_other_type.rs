//! P127: a pattern of another type than the error.
use weftwork::fallback;

#[fallback(None => Ok(1))]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
