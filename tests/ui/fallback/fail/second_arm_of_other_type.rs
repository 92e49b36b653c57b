//! P127: of several arms the one that is wrong.
use weftwork::fallback;

#[fallback(1 => Ok(1), 2 => { Ok("two") } 3 => Ok(3))]
async fn fetch() -> Result<u8, u8> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
