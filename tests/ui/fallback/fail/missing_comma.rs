//! D24: arms that are no blocks have a comma between them.
use weftwork::fallback;

#[fallback(1 => Ok(1) 2 => Ok(2))]
async fn fetch() -> Result<u8, u8> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
