//! D27: a path to something else.
use weftwork::timeout;

#[timeout(5s, crate = ::tokio)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
