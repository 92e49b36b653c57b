//! What borrows inside can be spawned outside, also with outputs that are not `Sync`.

use std::cell::Cell;

use weftwork::{race, race_ok};

struct Client;

impl Client {
    async fn get(&self, url: &str) -> Result<Cell<usize>, String> {
        tokio::task::yield_now().await;
        Ok(Cell::new(url.len()))
    }
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let (client, urls) = (Client, vec![String::from("a"), String::from("a")]);
    let task = tokio::spawn(async move {
        let first = race!(client.get(&urls[0]), client.get(&urls[1])).await;
        let second = race_ok!(client.get(&urls[0]), async { client.get(&urls[1]).await }).await;
        let third = race_ok!(client.get(&urls[0]), client.get(&urls[1]), stagger = 1s).await;
        (first.unwrap(), second.unwrap(), third.unwrap())
    });
    assert_eq!(task.await.unwrap(), (Cell::new(1), Cell::new(1), Cell::new(1)));
}
