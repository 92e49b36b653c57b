//! P117: a generic error without the bound.
use weftwork::timeout;

#[timeout(5s)]
async fn fetch<E>() -> Result<(), E> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch::<std::io::Error>().await.unwrap();
}
