//! D36: a duration is no count.
use weftwork::limit;

#[limit(5s)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
