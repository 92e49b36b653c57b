//! D35: a rate of no unit.
use weftwork::limit;

#[limit(100/x)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
