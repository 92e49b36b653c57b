//! D23: a value behind an equals sign.
use weftwork::timeout;

#[timeout = "5s"]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
