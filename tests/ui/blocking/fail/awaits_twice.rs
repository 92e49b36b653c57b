//! D5: each await, also in what is nested.
use weftwork::blocking;

#[blocking]
async fn read(fast: bool) -> u8 {
    if fast {
        std::future::ready(()).await;
    }
    let list = [std::future::ready(1).await];
    list[0]
}

#[tokio::main]
async fn main() {
    let _done = read(true).await;
}
