//! D31: time does not run backwards.
use weftwork::timeout;

#[timeout(-5s)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
