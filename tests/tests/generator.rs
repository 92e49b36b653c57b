//! `generator!`: streams.

use futures::StreamExt;
use futures_core::Stream;
use weftwork::{for_await, generator, try_generator};

async fn all<S: Stream>(s: S) -> Vec<S::Item> {
    s.collect().await
}

#[tokio::test]
async fn g1_items_in_order() {
    assert_eq!(
        all(generator!(async {
            yield 1;
            yield 2;
            yield 3;
        }))
        .await,
        [1, 2, 3]
    );
}

#[tokio::test]
async fn g35_error_ends() {
    let s = try_generator!(async move {
        yield 1;
        yield 2;
        let x: i32 = "x".parse()?;
        yield x;
    });
    let got: Vec<Result<i32, std::num::ParseIntError>> = all(s).await;
    assert_eq!(got.len(), 3);
}

#[tokio::test]
async fn g69_nested() {
    let s = generator!(async {
        tokio::join!(async { yield 1 }, async { yield 2 }, async { yield 3 });
        yield 4;
    });
    assert_eq!(all(s).await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn g70_unordered() {
    let s = generator!(async {
        let mut set = futures::stream::FuturesUnordered::new();
        for n in 0..5 {
            set.push(async move {
                yield n;
                yield n + 10;
            });
        }
        while set.next().await.is_some() {}
    });
    let mut got = all(s).await;
    got.sort();
    assert_eq!(got, [0, 1, 2, 3, 4, 10, 11, 12, 13, 14]);
}

fn words<'a>(text: &'a str) -> impl Stream<Item = &'a str> + Send + 'a {
    generator!(async move {
        for w in text.split(',') {
            yield w;
            tokio::task::yield_now().await;
        }
    })
}
fn send<T: Send>(t: T) -> T {
    t
}

#[tokio::test]
async fn for_await_works() {
    let mut n = 0;
    for_await!('outer: for w in words("a,bb,ccc") {
        if w.len() == 3 {
            break 'outer;
        }
        n += w.len();
    });
    assert_eq!(n, 3);
    let g = send(generator!(async move {
        for await w in words("x,y") {
            yield w.len();
        }
    }));
    assert_eq!(all(g).await, [1, 1]);
    let typed = generator!(async move || -> u8 {
        yield "1".parse().unwrap();
    });
    assert_eq!(all(typed).await, [1]);
    let typed = try_generator!(async move || -> Result<u8, std::num::ParseIntError> {
        yield "1".parse()?;
        return;
    });
    assert_eq!(all(typed).await, [Ok(1)]);
}
