//! D16, D52: an unknown option costs nothing else.
use weftwork::timeout;

#[timeout(retries = 4, 5s)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
