//! D33: the compiler's own words about an expression.
use weftwork::timeout;

#[timeout(1 + 4)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
