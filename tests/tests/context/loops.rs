//! Loops over streams with open contexts, left in every way: the next statement runs behind the last clean-up.

use std::future::{pending, ready};
use std::pin::{Pin, pin};
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::oneshot;
use weftwork::{Stream, as_completed, drain, for_await, generator, timeout, with};
use weftwork_tests::Log;

use super::both::{noted, on_both};

const ROUNDS: usize = 20;

type Items = Pin<Box<dyn Stream<Item = u8> + Send>>;

/// Gives 1, 2 and 3 out of two contexts.
fn two(log: &Log) -> Items {
    let (a, b) = (noted(log, "a"), noted(log, "b"));
    Box::pin(generator!(async move {
        with!(_ = a, _ = b, async {
            yield 1;
            yield 2;
            yield 3;
        })
        .await;
    }))
}

/// Gives 1, 2 and 3 out of a context.
fn one(log: &Log, name: &'static str) -> Items {
    let context = noted(log, name);
    Box::pin(generator!(async move {
        with!(_ = context, async {
            yield 1;
            yield 2;
            yield 3;
        })
        .await;
    }))
}

fn assert_in_order(log: &Log) {
    log.note("next");
    assert_eq!(log.text(), "+a +b b( b) a( a) next");
}

#[test]
fn x38_g52_break() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        for_await!(for item in two(&log) {
            if item == 2 {
                break;
            }
        });
        assert_in_order(&log);
    });
}

#[test]
fn x38_g52_a_question_mark() {
    async fn asks(log: &Log) -> Result<(), &'static str> {
        for_await!(for item in two(log) {
            (if item == 2 { Err("failed") } else { Ok(()) })?;
        });
        unreachable!("it leaves")
    }
    on_both(ROUNDS, || async {
        let log = Log::new();
        assert_eq!(asks(&log).await, Err("failed"));
        assert_in_order(&log);
    });
}

#[test]
fn x38_g52_return() {
    async fn returns(log: &Log) -> u8 {
        for_await!(for item in two(log) {
            if item == 2 {
                return item;
            }
        });
        unreachable!("it leaves")
    }
    on_both(ROUNDS, || async {
        let log = Log::new();
        assert_eq!(returns(&log).await, 2);
        assert_in_order(&log);
    });
}

#[test]
fn x38_g52_a_labelled_break_and_continue() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        'outside: loop {
            for_await!(for item in two(&log) {
                if item == 2 {
                    break 'outside;
                }
            });
        }
        assert_in_order(&log);
        let (log, mut rounds) = (Log::new(), 0);
        'outside: while rounds < 2 {
            rounds += 1;
            for_await!(for item in two(&log) {
                if item == 2 {
                    continue 'outside;
                }
            });
        }
        assert_eq!(log.text(), "+a +b b( b) a( a) +a +b b( b) a( a)");
    });
}

#[test]
fn x38_g52_a_loop_in_a_loop() {
    async fn asks(log: &Log) -> Option<()> {
        for_await!(for _ in one(log, "a") {
            for_await!(for item in one(log, "b") {
                (item == 1).then_some(())?;
            });
        });
        Some(())
    }
    async fn returns(log: &Log) {
        for_await!(for _ in one(log, "a") {
            for_await!(for item in one(log, "b") {
                if item == 2 {
                    return;
                }
            });
        });
    }
    on_both(ROUNDS, || async {
        let log = Log::new();
        returns(&log).await;
        assert_in_order(&log);
        let log = Log::new();
        assert_eq!(asks(&log).await, None);
        assert_in_order(&log);
        let log = Log::new();
        for_await!('outer: for _ in one(&log, "a") {
            for_await!(for item in one(&log, "b") {
                if item == 2 {
                    break 'outer;
                }
            });
        });
        assert_in_order(&log);
        // In a generator both are in one macro.
        let log = Log::new();
        let (outer, within) = (one(&log, "a"), log.clone());
        let stream = generator!(async move {
            for await item in outer {
                for await _ in one(&within, "b") {
                    return;
                }
                yield item;
            }
        });
        assert_eq!(stream.count().await, 0);
        assert_in_order(&log);
        // The inner one alone is left.
        let log = Log::new();
        for_await!(for item in one(&log, "a") {
            for_await!(for _ in one(&log, "b") {
                break;
            });
            log.note(format!("{item}"));
            if item == 2 {
                break;
            }
        });
        log.note("next");
        assert_eq!(log.text(), "+a +b b( b) 1 +b b( b) 2 a( a) next");
    });
}

/// `for await` in a generator: its way out, and that of the generator's reader.
#[test]
fn x38_for_await_inside_a_generator() {
    fn reads(log: &Log) -> impl Stream<Item = u8> + Send {
        let (inner, log) = (two(log), log.clone());
        generator!(async move {
            for await item in inner {
                if item == 2 {
                    break;
                }
                yield item;
            }
            log.note("behind");
            yield 9;
        })
    }
    on_both(ROUNDS, || async {
        let log = Log::new();
        assert_eq!(reads(&log).collect::<Vec<_>>().await, [1, 9]);
        assert_eq!(log.text(), "+a +b b( b) a( a) behind");
        let log = Log::new();
        for_await!(for _ in reads(&log) {
            break;
        });
        assert_in_order(&log);
    });
}

#[test]
fn x38_g84_aclose() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let (a, b) = (noted(&log, "a"), noted(&log, "b"));
        let mut stream = pin!(generator!(async move {
            with!(_ = a, _ = b, async { yield 1 }).await;
        }));
        assert_eq!(stream.next().await, Some(1));
        stream.as_mut().aclose().await;
        assert_in_order(&log);
        assert_eq!(stream.next().await, None);
    });
}

#[test]
fn x38_aclose_that_is_given_up() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let (a, b) = (noted(&log, "a"), noted(&log, "b"));
        let mut stream = Box::pin(generator!(async move {
            with!(_ = a, _ = b, async { yield 1 }).await;
        }));
        assert_eq!(stream.next().await, Some(1));
        timeout(Duration::ZERO, stream.as_mut().aclose()).await.unwrap_err();
        assert_in_order(&log);
    });
}

/// Two that stand in contexts, and one that is ready when they do.
fn three(log: &Log) -> [Pin<Box<dyn Future<Output = u8> + Send>>; 2] {
    let (entered, is_entered) = oneshot::channel();
    let (a, b) = (noted(log, "a"), noted(log, "b"));
    let stands = async move {
        with!(_ = a, _ = b, async move {
            entered.send(()).unwrap();
            pending::<()>().await;
        })
        .await;
        0
    };
    [Box::pin(stands), Box::pin(async move { is_entered.await.map_or(0, |()| 5) })]
}

#[test]
fn x38_c59_as_completed_left_by_break() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let all = three(&log);
        for_await!(for item in as_completed!(for child in all {
            child
        }) {
            assert_eq!(item, 5);
            break;
        });
        assert_in_order(&log);
        let log = Log::new();
        let all = three(&log);
        for_await!(for item in as_completed!(
            for child in all {
                child
            },
            spawn
        ) {
            assert_eq!(item, 5);
            break;
        });
        assert_in_order(&log);
    });
}

#[test]
fn x38_as_completed_that_is_dropped_inside_of_a_construct() {
    on_both(ROUNDS, || async {
        for is_spawned in [false, true] {
            let log = Log::new();
            let all = three(&log);
            let read = async {
                let mut stream: Items = match is_spawned {
                    false => Box::pin(as_completed!(for child in all {
                        child
                    })),
                    true => Box::pin(as_completed!(
                        for child in all {
                            child
                        },
                        spawn
                    )),
                };
                assert_eq!(stream.next().await, Some(5));
                pending::<()>().await;
            };
            timeout(Duration::from_millis(1), read).await.unwrap_err();
            assert_in_order(&log);
        }
    });
}

#[test]
fn g87_a_plain_drop_is_drained() {
    on_both(ROUNDS, || async {
        for is_spawned in [false, true] {
            let log = Log::new();
            let all = three(&log);
            let mut stream: Items = match is_spawned {
                false => Box::pin(as_completed!(for child in all {
                    child
                })),
                true => Box::pin(as_completed!(
                    for child in all {
                        child
                    },
                    spawn
                )),
            };
            assert_eq!(stream.next().await, Some(5));
            drop(stream);
            assert_eq!(drain(Duration::MAX).await.len(), 0);
            assert_in_order(&log);
        }
        // A stream that is polled by `select!` and dropped by it.
        let log = Log::new();
        let mut stream = two(&log);
        tokio::select! {
            biased;
            Some(1) = stream.next() => drop(stream),
            () = ready(()) => {}
        }
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_in_order(&log);
    });
}
