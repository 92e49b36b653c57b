//! P127: the compiler's own error stands at the name.
use weftwork::fallback;

#[fallback(_ => Ok(cached))]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
