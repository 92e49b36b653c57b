//! D36: the compiler's own words about a constant.
use weftwork::limit;

const PLACES: u8 = 5;

#[limit(PLACES)]
async fn fetch() {}

#[tokio::main]
async fn main() {
    fetch().await;
}
