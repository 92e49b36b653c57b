//! D26: an expression as text.
use weftwork::limit;

#[limit(5, key = "url.host()")]
async fn fetch(url: &str) -> usize {
    url.len()
}

fn main() {}
