//! D50: the compiler's warning about what an arm does not use.
#![deny(unused_variables)]
use weftwork::fallback;

#[fallback(error => Ok(1))]
async fn fetch() -> Result<u8, u8> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
