//! P108: the thread can hold no layer that awaits.
use weftwork::{Elapsed, blocking, timeout};

#[blocking]
#[timeout(5s)]
async fn read() -> Result<u8, Elapsed> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    read().await.unwrap();
}
