//! Comprehensions of `gather!` and `as_completed!` in a body.

use futures::StreamExt;
use futures::stream::{self, Stream};
use weftwork::{as_completed, for_await, gather, generator, try_generator};
use weftwork_tests::after;

#[tokio::test(start_paused = true)]
async fn children_yield() {
    let seen: Vec<u64> = generator!(async {
        let outputs = gather!(
            for ms in [35, 10, 20] {
                async move {
                    after(ms, ()).await;
                    yield ms;
                    yield ms + 1;
                    ms
                }
            },
            limit = 2
        )
        .await;
        yield outputs.iter().sum();
    })
    .collect()
    .await;
    assert_eq!(seen, [10, 11, 20, 21, 35, 36, 65]);
}

#[tokio::test(start_paused = true)]
async fn children_that_yield_and_fail() {
    fn rows() -> impl Stream<Item = Result<u64, String>> {
        try_generator!(async move {
            gather!(for ms in [30, 10, 20] {
                async move {
                    after(ms, ()).await;
                    if ms == 20 {
                        return Err(format!("at {ms}"));
                    }
                    yield ms;
                    Ok(())
                }?
            })
            .await?;
        })
    }
    let seen: Vec<_> = rows().collect().await;
    assert_eq!(seen, [Ok(10), Err("at 20".into())]);
}

#[tokio::test(start_paused = true)]
async fn children_of_as_completed_yield() {
    let seen: Vec<u64> = generator!(async {
        for_await!(for ms in as_completed!(for ms in [30, 10] {
            async move {
                after(ms, ()).await;
                yield ms;
                ms
            }
        }) {
            yield 100 + ms;
        });
    })
    .collect()
    .await;
    assert_eq!(seen, [10, 110, 30, 130]);
}

#[tokio::test(start_paused = true)]
async fn a_body_of_for_each_does_not_yield_but_its_children_do() {
    let mut sum = 0;
    let seen: Vec<u64> = generator!(async {
        as_completed!(for ms in [30, 10] {
            async move {
                after(ms, ()).await;
                yield ms;
                ms
            }
        })
        .for_each(async |ms| sum += ms)
        .await;
    })
    .collect()
    .await;
    assert_eq!((seen, sum), (vec![10, 30], 40));
}

/// The `for await` in the arguments is the comprehension's, and one beside it is the body's.
#[tokio::test(start_paused = true)]
async fn streams_as_input() {
    let seen: Vec<u64> = generator!(async {
        let outputs = gather!(
            for await ms in stream::iter([30, 10]) {
                async move {
                    after(ms, ()).await;
                    yield ms;
                    ms
                }
            },
            limit = 8
        )
        .await;
        yield ..outputs;
        for await ms in as_completed!(for await ms in stream::iter([30, 10]) {
            after(ms, ms)
        }) {
            yield 100 + ms;
        }
    })
    .collect()
    .await;
    assert_eq!(seen, [10, 30, 30, 10, 110, 130]);
}

/// In front of the future stand statements of a loop.
#[tokio::test]
async fn bodies() {
    let seen: Vec<usize> = generator!(async {
        let words = ["a", "skipped", "bb", "end", "never"];
        let lengths = gather!(for word in words {
            if word == "skipped" {
                continue;
            }
            if word == "end" {
                break;
            }
            let length = word.len();
            async move {
                yield length;
                length
            }
        })
        .await;
        yield lengths.len();
    })
    .collect()
    .await;
    assert_eq!(seen, [1, 2, 2]);
}

/// Marks are those of the macro and not of the body, on every level.
#[tokio::test]
async fn marks() {
    async fn load(n: u8) -> Result<u8, u8> {
        if n > 2 { Err(n) } else { Ok(n) }
    }
    let plain: Vec<_> = generator!(async {
        yield gather!(for n in 0..3 {
            load(n)?
        })
        .await;
        yield gather!(
            for n in 2..4 {
                load(n)?
            },
            limit = 1
        )
        .await;
        yield gather!(..[load(1), load(2)]?).await;
    })
    .collect()
    .await;
    assert_eq!(plain, [Ok(vec![0, 1, 2]), Err(3), Ok(vec![1, 2])]);
    let nested: Vec<Result<Vec<Vec<u8>>, u8>> = try_generator!(async {
        yield gather!(for n in 0..2 {
            async move {
                gather!(for m in 0..2 {
                    load(n + m)?
                })
                .await
            }?
        })
        .await?;
        yield gather!(for n in 1..3 {
            async move {
                gather!(for m in 0..2 {
                    load(n + m)?
                })
                .await
            }?
        })
        .await?;
    })
    .collect()
    .await;
    assert_eq!(nested, [Ok(vec![vec![0, 1], vec![1, 2]]), Err(3)]);
}

/// An iterator waits for nobody, and may make a gather for somebody who does.
#[tokio::test]
async fn in_iterators() {
    let gathers: Vec<_> = generator!({
        for start in [0, 10] {
            yield gather!(for n in start..start + 2 {
                std::future::ready(n)
            });
        }
    })
    .collect();
    let mut seen = Vec::new();
    for gathered in gathers {
        seen.extend(gathered.await);
    }
    assert_eq!(seen, [0, 1, 10, 11]);
}
