//! The future of `run` is `Send` where those of its closure are, also where these borrow.

use weftwork::{Backoff, Retry, millis};

struct Client {
    name: String,
}

impl Client {
    async fn get(&self, url: &str) -> Result<usize, String> {
        tokio::task::yield_now().await;
        Ok(self.name.len() + url.len())
    }

    async fn by_closure(&self, url: &str) -> Result<usize, String> {
        Retry::attempts(3).when(|error: &String| error.is_empty()).run(|| self.get(url)).await
    }

    async fn by_async_closure(&self, url: &str) -> Result<usize, String> {
        let retry =
            Retry::attempts(3).backoff(Backoff::constant(millis(1))).after(|error: &String| error.parse().ok().map(millis));
        retry.run(async || self.get(url).await).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p113_it_can_be_spawned() {
    let task = tokio::spawn(async {
        let (client, url) = (Client { name: "n".into() }, String::from("url"));
        client.by_closure(&url).await.unwrap() + client.by_async_closure(&url).await.unwrap()
    });
    assert_eq!(task.await.unwrap(), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p113_what_it_owns_may_be_changed() {
    let (client, mut tried) = (Client { name: "n".into() }, 0);
    let task = tokio::spawn(Retry::attempts(3).run_mut(async move || {
        tried += 1;
        client.get("url").await.map(|length| length + tried)
    }));
    assert_eq!(task.await.unwrap(), Ok(5));
}
