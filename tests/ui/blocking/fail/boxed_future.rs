//! S31: a future by hand.
use weftwork::blocking;

#[blocking]
fn read() -> std::pin::Pin<Box<dyn Future<Output = u8>>> {
    Box::pin(async { 1 })
}

#[tokio::main]
async fn main() {
    let _done = read().await;
}
