//! P127, D37: a closure of the wrong shape.
use weftwork::fallback;

#[fallback(|error, _| Err(error))]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
