//! D38: a path is no closure.
use weftwork::fallback;

fn cached(_: String) -> Result<u8, String> {
    Ok(1)
}

#[fallback(cached)]
async fn fetch() -> Result<u8, String> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
    cached(String::new()).unwrap();
}
