//! C38: a task owns what it uses, from around the gather too.

use weftwork::gather;

async fn all(urls: Vec<String>) {
    let client = String::from("client");
    gather!(for url in urls { async { client.len() + url.len() } }, spawn).await;
}

fn main() {}
