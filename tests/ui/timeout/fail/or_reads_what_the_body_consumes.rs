//! P32: the body has given it away.
use weftwork::timeout;

#[timeout(5s, or = name.len())]
async fn fetch(name: String) -> usize {
    name.into_bytes().len()
}

#[tokio::main]
async fn main() {
    fetch(String::new()).await;
}
