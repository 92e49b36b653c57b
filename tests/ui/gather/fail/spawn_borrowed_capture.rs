//! C38: a task owns what it uses, from around the gather too.

use weftwork::gather;

async fn all() {
    let client = String::from("client");
    let client = &client;
    gather!(for n in 0..3 { async move { client.len() + n } }, spawn).await;
}

fn main() {}
