//! P121, D20: an attribute without what it needs.
use weftwork::timeout;

#[timeout]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
