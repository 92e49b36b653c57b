//! D38: an arm that can not match stays the compiler's warning, at the user's arm.
#![deny(unreachable_patterns)]
use weftwork::fallback;

#[fallback(_ => Ok(1), 2 => Ok(2))]
async fn fetch() -> Result<u8, u8> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
