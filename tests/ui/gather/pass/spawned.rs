//! C33: what borrows inside can be spawned outside.

use weftwork::gather;

struct Client;

impl Client {
    async fn get(&self, url: &str) -> Result<usize, String> {
        tokio::task::yield_now().await;
        Ok(url.len())
    }
}

async fn serve(client: &Client, urls: &[String]) -> Result<Vec<usize>, String> {
    gather!(for url in urls { client.get(url)? }, limit = 2).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (client, urls) = (Client, vec![String::from("a"), String::from("bb")]);
    let task = tokio::spawn(async move {
        let by_call = serve(&client, &urls).await;
        let by_block = gather!(for url in &urls { async { client.get(url).await } }).await;
        let by_move = gather!(for url in urls.iter().enumerate() { let client = &client; async move { client.get(url.1).await } }).await;
        let arms = gather!(client.get(&urls[0])?, client.get(&urls[1])?).await;
        (by_call, by_block.len(), by_move.len(), arms)
    });
    assert_eq!(task.await.unwrap(), (Ok(vec![1, 2]), 2, 2, Ok((1, 2))));
}
