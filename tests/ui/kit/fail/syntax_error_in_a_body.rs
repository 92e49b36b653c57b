//! D57: the compiler's error, once, and none of ours.
use weftwork::{Elapsed, timeout};

#[timeout(5s)]
async fn fetch() -> Result<u8, Elapsed> {
    let one = ;
    Ok(one)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
