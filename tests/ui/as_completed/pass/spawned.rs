//! C33: what borrows inside can be spawned outside.

use weftwork::{as_completed, for_await};

struct Client;

impl Client {
    async fn get(&self, url: &str) -> usize {
        tokio::task::yield_now().await;
        url.len()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (client, urls) = (Client, vec![String::from("a"), String::from("bb")]);
    let task = tokio::spawn(async move {
        let mut sum = 0;
        for_await!(for n in as_completed!(for url in &urls { client.get(url) }, limit = urls.len()) {
            sum += n;
        });
        for_await!(for n in as_completed!(for url in &urls { async { client.get(url).await } }) {
            sum += n;
        });
        sum
    });
    assert_eq!(task.await.unwrap(), 6);
}
