//! Constructs that are left by a panic, or dropped by others.

use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures::FutureExt;
use weftwork::{as_completed, drain, gather, race, race_ok};
use weftwork_tests::{Log, panic_of};

use super::both::on_both;
use super::constructs::{Child, Outcome, ROUNDS, assert_in_order, children, ending};

/// A panic is an end like the others.
async fn panics(log: &Log, run: impl Future<Output = ()>) {
    let payload = AssertUnwindSafe(run).catch_unwind().await.unwrap_err();
    assert_in_order(log);
    assert_eq!(panic_of(|| std::panic::resume_unwind(payload)), "on purpose");
}

fn panicking(log: &Log) -> [Child; 2] {
    ending(log, || std::panic::panic_any("on purpose"))
}

#[test]
fn c19_a_panic_in_gather() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let [one, two] = panicking(&log);
        panics(&log, gather!(one, two).map(drop)).await;
        let log = Log::new();
        let all = panicking(&log);
        panics(
            &log,
            gather!(for child in all {
                child
            })
            .map(drop),
        )
        .await;
        let log = Log::new();
        let all = panicking(&log);
        panics(
            &log,
            gather!(
                for child in all {
                    child
                },
                spawn
            )
            .map(drop),
        )
        .await;
        let log = Log::new();
        let all = panicking(&log);
        panics(
            &log,
            gather!(
                for child in all {
                    child?
                },
                errors = all
            )
            .map(drop),
        )
        .await;
    });
}

#[test]
fn c69_a_panic_in_races() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let [one, two] = panicking(&log);
        panics(&log, race!(one, two).map(drop)).await;
        let log = Log::new();
        let all = panicking(&log);
        panics(
            &log,
            race!(for child in all {
                child
            })
            .map(drop),
        )
        .await;
        let log = Log::new();
        let [one, two] = panicking(&log);
        panics(&log, race_ok!(one, two, stagger = 1ms).map(drop)).await;
        let log = Log::new();
        let all = panicking(&log);
        panics(
            &log,
            race_ok!(for child in all {
                child
            })
            .map(drop),
        )
        .await;
    });
}

#[test]
fn c63_a_panic_in_as_completed() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let all = panicking(&log);
        panics(
            &log,
            as_completed!(for child in all {
                child
            })
            .for_each(async |_| {}),
        )
        .await;
        let log = Log::new();
        let all = panicking(&log);
        panics(
            &log,
            as_completed!(
                for child in all {
                    child
                },
                spawn
            )
            .for_each(async |_| {}),
        )
        .await;
        // Of the body.
        let log = Log::new();
        let all = children(&log, Ok(5));
        let body = async |_| std::panic::panic_any("on purpose");
        panics(
            &log,
            as_completed!(for child in all {
                child
            })
            .for_each(body),
        )
        .await;
    });
}

#[test]
fn c17_c41_dropped_by_others_they_are_drained() {
    on_both(ROUNDS, || async {
        type Run = Pin<Box<dyn Future<Output = ()> + Send>>;
        let runs: [fn(&Log) -> Run; 6] = [
            |log| {
                let [one, two] = children(log, Ok(5));
                Box::pin(gather!(one, two, pending::<()>()).map(drop))
            },
            |log| {
                let all = children(log, Ok(5));
                Box::pin(
                    gather!(for child in all {
                        child
                    })
                    .map(drop),
                )
            },
            |log| {
                let all = children(log, Ok(5));
                Box::pin(
                    gather!(
                        for child in all {
                            child
                        },
                        spawn
                    )
                    .map(drop),
                )
            },
            |log| {
                let [one, _] = children(log, Ok(5));
                Box::pin(race!(one, pending::<Outcome>()).map(drop))
            },
            |log| {
                let all = children(log, Ok(5));
                Box::pin(
                    as_completed!(
                        for child in all {
                            child
                        },
                        limit = 2
                    )
                    .for_each(async |_| pending().await),
                )
            },
            |log| {
                let all = children(log, Ok(5));
                Box::pin(
                    as_completed!(
                        for child in all {
                            child
                        },
                        spawn
                    )
                    .for_each(async |_| pending().await),
                )
            },
        ];
        for run in runs {
            let log = Log::new();
            let mut run = run(&log);
            // Until both contexts are open: where they are tasks, these have to begin.
            while log.text() != "+a +b" {
                assert!(futures::poll!(&mut run).is_pending());
                tokio::task::yield_now().await;
            }
            drop(run);
            assert_eq!(drain(Duration::MAX).await.len(), 0);
            assert_in_order(&log);
        }
    });
}
