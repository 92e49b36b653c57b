//! Two mistakes, one of ours and one in the body: both at their place.
use weftwork::timeout;

#[timeout(5s)]
async fn fetch() -> Result<u8, std::fmt::Error> {
    Ok("one")
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
