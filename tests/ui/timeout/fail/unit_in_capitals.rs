//! D29: a unit in capitals.
use weftwork::timeout;

#[timeout(5S)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
