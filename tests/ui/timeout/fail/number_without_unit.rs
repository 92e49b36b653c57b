//! P121, D28: a number is no duration.
use weftwork::timeout;

#[timeout(5)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
