//! D20: parentheses without what belongs in them.
use weftwork::limit;

#[limit()]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
