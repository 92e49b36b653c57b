//! D36: counts are whole.
use weftwork::limit;

#[limit(1.5)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
