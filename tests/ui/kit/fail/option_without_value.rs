//! D21: an equals sign and nothing behind it.
use weftwork::timeout;

#[timeout(5s, crate =)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
