//! D21: an option without its value.
use weftwork::limit;

#[limit(5, key)]
async fn fetch(key: u32) -> u32 {
    key
}

fn main() {}
