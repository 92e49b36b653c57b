//! C33: what borrows inside can be spawned outside. All that stands in `spawned` is demanded to be `Send`.
//!
//! To rustc every lifetime inside such a future is one of its own: nothing in the engine may ask that two of them are the same.

use std::future::{Future, ready};
use std::num::ParseIntError;

use futures::FutureExt;
use futures::stream::{self, BoxStream, StreamExt};
use weftwork::{Finished, Progress, as_completed, for_await, gather, generator};
use weftwork_tests::Log;

async fn spawned<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(future).await.unwrap()
}

struct Client {
    base: String,
}

impl Client {
    async fn get(&self, url: &str) -> usize {
        tokio::task::yield_now().await;
        self.base.len() + url.len()
    }

    async fn try_get(&self, url: &str) -> Result<usize, &'static str> {
        tokio::task::yield_now().await;
        if url.is_empty() { Err("empty") } else { Ok(self.base.len() + url.len()) }
    }

    async fn named<'a>(&self, url: &'a str) -> Result<&'a str, &'a str> {
        tokio::task::yield_now().await;
        if url.is_empty() { Err(url) } else { Ok(url) }
    }
}

fn site() -> (Client, Vec<String>) {
    (Client { base: String::new() }, vec![String::from("a"), String::from("bb")])
}

#[tokio::test]
async fn c33_errors_and_outputs_with_lifetimes() {
    let (client, urls) = site();
    let outcome = spawned(async move {
        let fixed = gather!(for url in &urls {
            client.try_get(url)?
        })
        .await;
        let lent = gather!(
            for url in &urls {
                client.named(url)?
            },
            limit = 2
        )
        .await
        .map(|urls| urls.concat());
        let kept = gather!(for url in &urls {
            client.named(url)
        })
        .await
        .len();
        let all = gather!(
            for url in &urls {
                client.named(url)?
            },
            errors = all
        )
        .await
        .is_ok();
        (fixed, lent.map_err(String::from), kept, all)
    });
    assert_eq!(outcome.await, (Ok(vec![1, 2]), Ok("abb".into()), 2, true));
}

#[tokio::test]
async fn c33_a_body_that_fails() {
    let outcome = spawned(async move {
        let texts = vec!["1", "2"];
        let numbers: Result<Vec<u32>, ParseIntError> = gather!(for text in &texts {
            let number = text.parse()?;
            async move { Ok(number) }?
        })
        .await;
        let words = gather!(for text in &texts {
            let first = text.get(..1).ok_or("empty")?;
            ready(Ok::<_, &str>(first))?
        })
        .await;
        (numbers, words.map(|words| words.concat()).map_err(String::from))
    });
    assert_eq!(outcome.await, (Ok(vec![1, 2]), Ok("12".into())));
}

#[tokio::test]
async fn c33_stream_input() {
    let (client, urls) = site();
    let outcome = spawned(async move {
        let lent = gather!(for await url in stream::iter(&urls) {
            client.get(url)
        })
        .await;
        let generated = generator!(async {
            for url in &urls {
                tokio::task::yield_now().await;
                yield url;
            }
        });
        let generated = gather!(
            for await url in generated {
                client.try_get(url)?
            },
            limit = 2
        )
        .await;
        let boxed: BoxStream<'_, &str> = stream::iter(&urls).map(String::as_str).boxed();
        let boxed = gather!(for await url in boxed {
            async { client.named(url).await }?
        })
        .await
        .map(|urls| urls.concat())
        .map_err(String::from);
        (lent, generated, boxed)
    });
    assert_eq!(outcome.await, (vec![1, 2], Ok(vec![1, 2]), Ok("abb".into())));
}

#[tokio::test]
async fn c33_splat() {
    let (client, urls) = site();
    let outcome = spawned(async move {
        let plain = gather!(..urls.iter().map(|url| client.get(url))).await;
        let boxed: Vec<_> = urls.iter().map(|url| client.named(url).boxed()).collect();
        let boxed = gather!(..boxed?, limit = 1).await.map(|urls| urls.concat()).map_err(String::from);
        (plain, boxed)
    });
    assert_eq!(outcome.await, (vec![1, 2], Ok("abb".into())));
}

#[tokio::test]
async fn c33_with_spawn() {
    let (_, urls) = site();
    let outcome = spawned(async move {
        let plain = gather!(
            for url in &urls {
                let url = url.clone();
                async move { url.len() }
            },
            spawn
        )
        .await;
        let fixed: Result<Vec<&'static str>, &'static str> = gather!(
            for url in &urls {
                let length = url.len();
                async move { if length > 9 { Err("long") } else { Ok("short") } }?
            },
            limit = 2,
            spawn
        )
        .await;
        let boxed: Vec<_> = urls.iter().map(|url| ready(Ok::<_, &'static str>(url.len())).boxed()).collect();
        let boxed = gather!(..boxed?, spawn, errors = all).await.is_ok();
        let streamed = gather!(
            for await url in stream::iter(urls) {
                async move { url.len() }
            },
            spawn
        )
        .await;
        (plain, fixed, boxed, streamed)
    });
    assert_eq!(outcome.await, (vec![1, 2], Ok(vec!["short"; 2]), true, vec![1, 2]));
}

struct Count<'a>(&'a mut usize);

impl Progress for Count<'_> {
    fn finished(&mut self, _: Finished) {
        *self.0 += 1;
    }
}

#[derive(Debug, PartialEq)]
struct Lent<'a>(&'a str);

impl<'a> From<&'a str> for Lent<'a> {
    fn from(text: &'a str) -> Self {
        Self(text)
    }
}

#[tokio::test]
async fn c33_with_progress_and_another_error() {
    let (client, urls) = site();
    let outcome = spawned(async move {
        let mut count = 0;
        let urls = gather!(
            for url in &urls {
                client.named(url)?
            },
            error = Lent<'_>,
            progress = Count(&mut count)
        )
        .await
        .map(|urls| urls.concat())
        .map_err(|_| ());
        (urls, count)
    });
    assert_eq!(outcome.await, (Ok("abb".into()), 2));
}

#[tokio::test]
async fn c33_inside_one_another() {
    let (client, urls) = site();
    let outcome = spawned(async move {
        let (client, urls) = (&client, &urls);
        gather!(
            for url in urls {
                async move {
                    gather!(
                        for other in urls {
                            async move { Ok::<_, &str>(client.try_get(url).await? + client.named(other).await?.len()) }?
                        },
                        limit = 2
                    )
                    .await
                }?
            },
            limit = 2
        )
        .await
        .map_err(String::from)
    });
    assert_eq!(outcome.await, Ok(vec![vec![2, 3], vec![3, 4]]));
}

#[tokio::test]
async fn c33_as_completed() {
    let (client, urls) = site();
    let outcome = spawned(async move {
        let mut lengths = 0;
        for_await!(for item in as_completed!(
            for url in &urls {
                client.named(url)
            },
            limit = 2
        ) {
            tokio::task::yield_now().await;
            lengths += item.map_or(0, str::len);
        });
        for_await!(for (index, item) in as_completed!(for await url in stream::iter(&urls) {
            client.named(url)
        })
        .indexed()
        {
            tokio::task::yield_now().await;
            lengths += index + item.map_or(0, str::len);
        });
        for_await!(for item in as_completed!(..urls.iter().map(|url| client.named(url).boxed()).collect::<Vec<_>>()) {
            lengths += item.map_or(0, str::len);
        });
        for_await!(for item in
            as_completed!(..urls.iter().map(|_| ready(Ok::<_, &'static str>("c")).boxed()).collect::<Vec<_>>(), spawn)
        {
            lengths += item.map_or(0, str::len);
        });
        lengths
    });
    assert_eq!(outcome.await, 3 + 4 + 3 + 2);
}

/// An async closure that borrows is `Send` for nobody once it is an argument, as rustc has it: in a spawned task it owns what it uses.
#[tokio::test]
async fn c33_for_each_with_a_body_that_owns() {
    let log = Log::new();
    let outcome = spawned({
        let log = log.clone();
        async move {
            as_completed!(for n in 1..4 {
                ready(n)
            })
            .indexed()
            .for_each(async move |(_, n): (usize, i32)| {
                tokio::task::yield_now().await;
                log.note(n.to_string());
            })
            .await;
        }
    });
    outcome.await;
    assert_eq!(log.text(), "1 2 3");
}
