//! P117, D39: part of the return type is left to inference.
use weftwork::timeout;

#[timeout(5s)]
async fn fetch() -> Result<impl Iterator<Item = u8>, std::fmt::Error> {
    Ok([1].into_iter())
}

#[tokio::main]
async fn main() {
    let _list = fetch().await.unwrap();
}
