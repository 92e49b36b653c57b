//! D52: every argument is looked at.
use weftwork::{Elapsed, timeout};

#[timeout(5, 6s, attempts = 3, duration = 4s, crate = 5)]
async fn fetch() -> Result<u8, Elapsed> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
