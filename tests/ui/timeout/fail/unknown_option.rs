//! D16: there is no such option.
use weftwork::timeout;

#[timeout(5s, attempts = 3)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    let _done = fetch().await;
}
