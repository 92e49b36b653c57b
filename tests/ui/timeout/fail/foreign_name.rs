//! D17, P123: what another library calls it.
use weftwork::timeout;

#[timeout(duration = 5s)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
