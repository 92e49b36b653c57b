//! D27: text that is no path.
use weftwork::timeout;

#[timeout(5s, crate = "no path")]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
