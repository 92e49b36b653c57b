//! P121, D29: a unit under another name.
use weftwork::timeout;

#[timeout(5sec)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
