//! P127: what a closure gives is the function's own result.
use weftwork::fallback;

#[fallback(|error| error.len())]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
