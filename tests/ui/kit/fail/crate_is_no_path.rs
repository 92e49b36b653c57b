//! D27: neither a path nor one in quotes.
use weftwork::timeout;

#[timeout(5s, crate = 1)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
