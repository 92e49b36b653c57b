//! D16, P123: nearly an option.
use weftwork::limit;

#[limit(5, crat = weftwork)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
