//! P121, D29: a unit that could be two.
use weftwork::timeout;

#[timeout(5m)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
