//! P117, D40: without a return type the error stands at the name.
use weftwork::timeout;

#[timeout(5s)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
