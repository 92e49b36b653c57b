//! A pattern that does not match every item, as in a plain `for`.

use weftwork::gather;

async fn all(items: Vec<Option<u8>>) -> Vec<u8> {
    gather!(for Some(n) in items { async move { n } }).await
}

fn main() {}
