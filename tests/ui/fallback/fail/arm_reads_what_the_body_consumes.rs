//! P99: the body has given it away.
use weftwork::fallback;

#[fallback(_ => Ok(name.len()))]
async fn fetch(name: String) -> Result<usize, String> {
    Err(name)
}

#[tokio::main]
async fn main() {
    fetch(String::new()).await.unwrap();
}
