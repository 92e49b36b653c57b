//! D20: parentheses without what belongs in them.
use weftwork::timeout;

#[timeout()]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
