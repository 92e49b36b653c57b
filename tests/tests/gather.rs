//! `gather!`: arms and comprehensions.

use futures::StreamExt;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use weftwork::{as_completed, for_await, gather};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}
fn send<T: Send>(t: T) -> T {
    t
}
struct Client;
impl Client {
    async fn get(&self, url: &str) -> usize {
        tokio::task::yield_now().await;
        url.len()
    }
}

#[tokio::test(start_paused = true)]
async fn c1() {
    assert_eq!(gather!(after(20, 1), after(10, "b")).await, (1, "b"));
    gather!().await;
    assert_eq!(gather!(async { 5 }).await, (5,));
    let r: Result<((), u8), u8> = gather!(
        async {
            after(1000, ()).await;
            Ok(())
        }?,
        async { Err(3) }?
    )
    .await;
    assert_eq!(r, Err(3));
    let mixed: Result<(u8, Result<u8, &str>), u8> = gather!(async { Ok(1) }?, async { Err::<u8, _>("x") }).await;
    assert_eq!(mixed, Ok((1, Err("x"))));
}

#[tokio::test(start_paused = true)]
async fn c22() {
    let got = gather!(
        for ms in [30, 10, 20] {
            after(ms, ms)
        },
        limit = 2
    )
    .await;
    assert_eq!(got, [30, 10, 20]);
    let start = Instant::now();
    let r: Result<Vec<u64>, &str> = gather!(for n in 0..50_u64 {
        async move { if n == 40 { Err("forty") } else { Ok(after(1000, n).await) } }?
    })
    .await;
    assert_eq!(r, Err("forty"));
    assert_eq!(start.elapsed().as_millis(), 0);
    let urls = vec![String::from("a"), String::from("bb")];
    let client = Client;
    let got = gather!(for url in &urls {
        if url.is_empty() {
            continue;
        }
        client.get(url)
    })
    .await;
    assert_eq!(got, [1, 2]);
    tokio::spawn(async move {
        let got = gather!(
            for url in &urls {
                client.get(url)
            },
            limit = 1
        )
        .await;
        assert_eq!(got, [1, 2]);
        let mut all = Vec::new();
        for_await!(for n in as_completed!(
            for url in &urls {
                client.get(url)
            },
            limit = 1
        ) {
            all.push(n);
        });
        assert_eq!(all, [1, 2]);
    })
    .await
    .unwrap();
    let got: Vec<u64> = as_completed!(for ms in [30, 10, 20] {
        after(ms, ms)
    })
    .collect()
    .await;
    assert_eq!(got, [10, 20, 30]);
    let _ = send(gather!(for ms in [30, 10, 20] {
        after(ms, ms)
    }));
}
