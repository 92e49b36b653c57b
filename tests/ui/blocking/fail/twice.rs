//! D11: a function moves to a thread once.
use weftwork::blocking;

#[blocking]
#[blocking]
async fn read() {}

#[tokio::main]
async fn main() {
    let _done = read().await;
}
