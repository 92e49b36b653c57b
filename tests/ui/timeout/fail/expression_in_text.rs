//! D26: an expression in quotes.
use weftwork::timeout;

#[timeout("self.slow")]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
