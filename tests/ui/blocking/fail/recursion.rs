//! S29: it can not await itself.
use weftwork::blocking;

#[blocking]
async fn read(depth: u32) -> u32 {
    if depth == 0 { 0 } else { Box::pin(read(depth - 1)).await + 1 }
}

#[tokio::main]
async fn main() {
    let _done = read(1).await;
}
