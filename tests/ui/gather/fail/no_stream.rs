//! C31: an iterator in `for await`.

use weftwork::gather;

async fn double(n: u8) -> u8 {
    n * 2
}

async fn all(urls: Vec<u8>) {
    gather!(for await url in urls { double(url) }, limit = 2).await;
}

fn main() {}
