//! D30: a duration is one token.
use weftwork::timeout;

#[timeout(5 s)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
