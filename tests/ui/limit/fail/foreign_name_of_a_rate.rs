//! D17: what another library calls a rate.
use weftwork::limit;

#[limit(rps = 5)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
