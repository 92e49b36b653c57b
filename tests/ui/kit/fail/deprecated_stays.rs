//! P10: `#[deprecated]` keeps its effect.
#![deny(deprecated)]
use weftwork::limit;

#[deprecated = "fetch it yourself"]
#[limit(5)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
