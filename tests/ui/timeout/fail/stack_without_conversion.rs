//! P117, D39: one missing conversion is one error, whatever the number of layers.
use weftwork::{limit, timeout};

#[derive(Debug)]
struct FetchError;

#[timeout(8s)]
#[limit(4)]
#[timeout(5s)]
async fn fetch() -> Result<(), FetchError> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
