//! P10: `#[must_use]` keeps its effect.
#![deny(unused_must_use)]
use weftwork::limit;

#[limit(5)]
#[must_use = "count it"]
async fn fetch() -> u8 {
    1
}

#[tokio::main]
async fn main() {
    fetch().await;
}
