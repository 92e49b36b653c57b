//! P127, D42: an arm gives the function's own result.
use weftwork::fallback;

#[fallback(_ => 1)]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
