//! D24: a comma is missing.
use weftwork::timeout;

#[timeout(5s crate = weftwork)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
