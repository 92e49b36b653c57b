//! P121, D31: no duration in text.
use weftwork::timeout;

#[timeout("5 parsecs")]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
