//! Comprehensions that borrow and have to be `Send`, and comprehensions inside comprehensions.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::gather;
use weftwork_tests::Gauge;

struct Client;

impl Client {
    async fn get(&self, url: &str) -> usize {
        tokio::task::yield_now().await;
        url.len()
    }

    async fn try_get(&self, url: &str) -> Result<usize, String> {
        tokio::task::yield_now().await;
        if url.is_empty() { Err("empty".into()) } else { Ok(url.len()) }
    }
}

/// All that stands in here is demanded to be `Send` by `tokio::spawn`.
#[tokio::test]
async fn c33_a_borrowing_comprehension_can_be_spawned() {
    let urls = vec![String::from("a"), String::from("bb")];
    let client = Client;
    let task = tokio::spawn(async move {
        let plain = gather!(for url in &urls {
            client.get(url)
        })
        .await;
        let limited = gather!(
            for url in &urls {
                client.get(url)
            },
            limit = 1
        )
        .await;
        let block = gather!(
            for url in &urls {
                async { client.get(url).await }
            },
            limit = urls.len()
        )
        .await;
        let client = &client;
        let moved = gather!(for url in urls.iter().map(String::as_str) {
            async move { client.get(url).await }
        })
        .await;
        let marked = gather!(
            for url in &urls {
                client.try_get(url)?
            },
            limit = 2
        )
        .await;
        (plain, limited, block, moved, marked)
    });
    let expected = vec![1, 2];
    assert_eq!(task.await.unwrap(), (expected.clone(), expected.clone(), expected.clone(), expected.clone(), Ok(expected)));
}

#[tokio::test(start_paused = true)]
async fn c34_a_comprehension_inside_a_comprehension() {
    let gauge = Gauge::new();
    let start = Instant::now();
    let table = gather!(
        for row in 0..4_u64 {
            let gauge = &gauge;
            async move {
                gather!(
                    for column in 0..6_u64 {
                        let resident = gauge.enter();
                        async move {
                            sleep(Duration::from_millis(10 - column)).await;
                            drop(resident);
                            row * 10 + column
                        }
                    },
                    limit = 3
                )
                .await
            }
        },
        limit = 2
    )
    .await;
    let expected: Vec<Vec<u64>> = (0..4).map(|row| (0..6).map(|column| row * 10 + column).collect()).collect();
    assert_eq!(table, expected);
    assert_eq!(gauge.peak(), 6);
    assert!(start.elapsed() > Duration::from_millis(20));
}

/// What the header borrows from a temporary lives to the end of the statement, as that of a loop.
#[tokio::test]
async fn c33_a_header_may_borrow_from_a_temporary() {
    let words = || vec![String::from("a"), String::from("bb")];
    assert_eq!(
        gather!(for word in words().iter() {
            async move { word.len() }
        })
        .await,
        [1, 2]
    );
}
