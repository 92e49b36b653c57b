//! D16: there is no such option.
use weftwork::limit;

#[limit(5, stagger = 3)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
