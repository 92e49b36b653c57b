//! D22: one attribute for each.
use weftwork::timeout;

#[timeout(5s, 6s)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
