//! S32: a future by hand.
use weftwork::blocking;

#[blocking]
fn read() -> impl Future<Output = u8> {
    async { 1 }
}

#[tokio::main]
async fn main() {
    let _done = read().await;
}
