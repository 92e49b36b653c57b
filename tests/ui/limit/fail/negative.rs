//! D36: counts go from 1 upwards.
use weftwork::limit;

#[limit(-1)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
