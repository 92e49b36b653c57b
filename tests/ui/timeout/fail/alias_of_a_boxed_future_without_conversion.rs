//! P117, D39: a future behind an alias.
use futures::future::BoxFuture;
use weftwork::timeout;

#[timeout(5s)]
fn fetch<'a>() -> BoxFuture<'a, Result<u8, std::fmt::Error>> {
    Box::pin(async { Ok(1) })
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
