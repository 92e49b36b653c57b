//! D27: two paths for one stack, the last of which leads nowhere.
use weftwork::timeout;

#[timeout(5s, crate = weftwork)]
#[timeout(2s, crate = ::nowhere)]
async fn fetch() -> Result<(), weftwork::Elapsed> {
    Ok(())
}

#[tokio::main]
async fn main() {
    fetch().await.unwrap();
}
