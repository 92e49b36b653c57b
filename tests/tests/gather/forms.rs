//! Smoke.
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::{Finished, Progress, as_completed, gather, generator};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}

#[derive(Debug, PartialEq)]
struct AppError(String);
impl From<u64> for AppError {
    fn from(n: u64) -> Self {
        Self(n.to_string())
    }
}

#[tokio::test(start_paused = true)]
async fn c31_stream() {
    let start = Instant::now();
    let urls = generator!(async move {
        for n in 0..5_u64 {
            after(10, ()).await;
            yield n;
        }
    });
    let all = gather!(
        for await n in urls {
            after(100, n)
        },
        limit = 8
    )
    .await;
    assert_eq!(all, [0, 1, 2, 3, 4]);
    assert_eq!(start.elapsed().as_millis(), 150);
}

#[tokio::test(start_paused = true)]
async fn c32_splat() {
    let futures = vec![after(10, 1), after(5, 2)];
    assert_eq!(gather!(..futures, limit = 1).await, [1, 2]);
    let futures = [after(10, Ok::<_, u64>(1)), after(5, Err(2))];
    assert_eq!(gather!(..futures?).await, Err(2));
}

#[tokio::test(start_paused = true)]
async fn c8_error() {
    let all = gather!(
        for n in 0..3_u64 {
            after(n, if n == 2 { Err(n) } else { Ok(n) })?
        },
        error = AppError
    )
    .await;
    assert_eq!(all, Err(AppError("2".into())));
    async fn outer() -> Result<Vec<u64>, AppError> {
        gather!(
            for n in 0..3_u64 {
                if n > 1 {
                    Err(n)?;
                }
                after(n, Ok::<_, u64>(n))?
            },
            error = AppError
        )
        .await
    }
    assert_eq!(outer().await, Err(AppError("2".into())));
}

#[tokio::test]
async fn c37_spawn() {
    let words = vec!["a".to_owned(), "bb".into()];
    let all = gather!(
        for word in words {
            async move { word.len() }
        },
        spawn
    )
    .await;
    assert_eq!(all, [1, 2]);
}

struct Count(Option<usize>, Vec<Finished>);
impl Progress for Count {
    fn started(&mut self, total: Option<usize>) {
        self.0 = total;
    }
    fn finished(&mut self, child: Finished) {
        self.1.push(child);
    }
}

#[tokio::test(start_paused = true)]
async fn c47_progress() {
    let mut count = Count(None, vec![]);
    let all = gather!(
        for n in 0..3_u64 {
            after(n, if n == 2 { Err(n) } else { Ok(n) })?
        },
        errors = all,
        progress = &mut count
    )
    .await;
    assert!(all.is_err());
    assert_eq!((count.0, count.1.len()), (Some(3), 3));
}

#[tokio::test(start_paused = true)]
async fn c60_for_each() {
    let start = Instant::now();
    let mut ends = vec![];
    as_completed!(for n in [10_u64, 33, 33] {
        after(n, n)
    })
    .indexed()
    .for_each(async |(index, n)| {
        after(100, ()).await;
        ends.push((index, n, start.elapsed().as_millis()));
    })
    .await;
    assert_eq!(ends, [(0, 10, 110), (1, 33, 210), (2, 33, 310)]);
}
#[tokio::test]
async fn sends() {
    let client = String::from("x");
    tokio::spawn(async move {
        let urls = vec!["a".to_owned()];
        let f = |a: String, b: &str| {
            let l = a.len() + b.len();
            async move { l }
        };
        let _ = gather!(
            for url in &urls {
                f(client.clone(), url)
            },
            limit = 3
        )
        .await;
        as_completed!(
            for url in &urls {
                f(client.clone(), url)
            },
            limit = 3
        )
        .for_each(async |n| {
            let _ = n;
        })
        .await;
    })
    .await
    .unwrap();
}
