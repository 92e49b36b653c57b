//! D30: a duration has one unit.
use weftwork::timeout;

#[timeout(1h30m)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
