//! D24: a comma in front.
use weftwork::timeout;

#[timeout(, 5s)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
