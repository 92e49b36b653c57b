//! P108: each of those below.
use weftwork::{blocking, fallback, retry};

#[blocking]
#[retry(attempts = 2)]
#[fallback(_ => Ok(1))]
async fn read() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    read().await.unwrap();
}
