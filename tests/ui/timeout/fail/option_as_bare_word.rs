//! D21: an option without its value.
use weftwork::timeout;

#[timeout(5s, crate)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
