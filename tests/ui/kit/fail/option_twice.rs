//! D18: the same option twice.
use weftwork::timeout;

#[timeout(5s, crate = weftwork, crate = ::weftwork)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
