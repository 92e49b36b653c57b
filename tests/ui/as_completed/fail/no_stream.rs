//! An iterator in `for await`.

use weftwork::as_completed;

async fn double(n: u8) -> u8 {
    n * 2
}

async fn all(urls: Vec<u8>) {
    let _ = as_completed!(for await url in urls { double(url) }, limit = 2);
}

fn main() {}
