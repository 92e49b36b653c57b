//! P117, D39: an error type that nothing makes from `Elapsed`.
use weftwork::timeout;

#[derive(Debug)]
struct FetchError;

#[timeout(5s)]
async fn fetch() -> Result<(), FetchError> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
