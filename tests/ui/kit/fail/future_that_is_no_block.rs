//! A function that returns a future, but not from an `async` block of its own.
use std::future::Future;
use weftwork::{Elapsed, timeout};

async fn other() -> Result<u8, Elapsed> {
    Ok(1)
}

#[timeout(5s)]
fn fetch() -> impl Future<Output = Result<u8, Elapsed>> {
    other()
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
