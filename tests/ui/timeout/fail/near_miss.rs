//! D16, P123: nearly an option.
use weftwork::timeout;

#[timeout(5s, crat = weftwork)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
