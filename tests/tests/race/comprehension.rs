//! Comprehensions and splats.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::{race, race_ok};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}

#[tokio::test(start_paused = true)]
async fn c68_the_first_output_or_none() {
    let words = ["slow".to_owned(), "quick".into()];
    let first = race!(for word in &words {
        after(10 * (6 - word.len() as u64), word)
    })
    .await;
    assert_eq!(first.map(String::as_str), Some("quick"));
    let nothing: [u64; 0] = [];
    assert_eq!(
        race!(for ms in nothing {
            after(ms, ms)
        })
        .await,
        None
    );
}

#[tokio::test(start_paused = true)]
async fn c70_a_splat_of_references_leaves_the_losers_usable() {
    let mut waiting = [Box::pin(after(30, 30)), Box::pin(after(10, 10)), Box::pin(after(20, 20))];
    assert_eq!(race!(..&mut waiting).await, Some(10));
    let start = Instant::now();
    let [first, _, third] = waiting;
    assert_eq!((third.await, first.await, start.elapsed().as_millis()), (20, 30, 20));
}

#[tokio::test(start_paused = true)]
async fn c74_stagger() {
    let start = Instant::now();
    let won = race_ok!(
        for ms in [1000_u64, 1000, 100] {
            async move { after(ms, Ok::<_, String>((ms, start.elapsed().as_millis()))).await }
        },
        stagger = 250ms
    )
    .await;
    assert_eq!(won, Ok((100, 500)));
    assert_eq!(start.elapsed().as_millis(), 600);
}

#[tokio::test(start_paused = true)]
async fn c75_failure_starts_the_next() {
    let start = Instant::now();
    let lost = race_ok!(
        for ms in [100_u64, 1000, 100] {
            async move { after(ms, Err::<(), _>((ms, start.elapsed().as_millis()))).await }
        },
        stagger = 250ms
    )
    .await;
    let errors: Vec<_> = lost.unwrap_err().into_iter().collect();
    assert_eq!(errors, [(0, (100, 0)), (1, (1000, 100)), (2, (100, 350))]);
    assert_eq!(start.elapsed().as_millis(), 1100);
}

#[tokio::test]
async fn c78_empty() {
    let none: [Result<u8, u8>; 0] = [];
    assert!(
        race_ok!(for n in none {
            async move { n }
        })
        .await
        .unwrap_err()
        .is_empty()
    );
    assert!(
        race_ok!(
            for n in none {
                async move { n }
            },
            stagger = 1s
        )
        .await
        .unwrap_err()
        .is_empty()
    );
}
