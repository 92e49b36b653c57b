//! D29: no unit at all.
use weftwork::timeout;

#[timeout(5parsecs)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
