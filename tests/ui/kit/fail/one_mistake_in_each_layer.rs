//! D53: stacked attributes with one mistake each.
use weftwork::{Elapsed, limit, timeout};

#[timeout(8)]
#[limit(0)]
#[must_use]
#[timeout]
async fn fetch() -> Result<u8, Elapsed> {
    Ok(1)
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
