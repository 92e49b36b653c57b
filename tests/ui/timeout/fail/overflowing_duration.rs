//! D31: longer than a `Duration` can be.
use weftwork::timeout;

#[timeout(99999999999999999999s)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
