//! Inner before outer, whoever drops them and wherever they run on.

use std::future::{Future, pending, ready};
use std::panic::panic_any;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{Barrier, Notify, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;
use weftwork::{Context, Stream, context, drain, gather, generator, secs, timeout, with};
use weftwork_tests::{Log, panic_of, poll_once};

use super::both::{WhenDropped, current_thread, gated, noted, on, on_both, turns};

/// How often the order has to be right.
const ROUNDS: usize = 200;

/// What everybody has to see of two contexts.
const IN_ORDER: &str = "+a +b b( b) a( a)";

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Two contexts of one `with!`.
fn one_with(log: &Log, entered: Option<oneshot::Sender<()>>) -> Work {
    let (a, b) = (noted(log, "a"), noted(log, "b"));
    Box::pin(with!(_ = a, _ = b, async move {
        entered.map(|entered| entered.send(()));
        pending::<()>().await;
    }))
}

/// One `with!` in another.
fn nested(log: &Log, entered: Option<oneshot::Sender<()>>) -> Work {
    let (a, b) = (noted(log, "a"), noted(log, "b"));
    Box::pin(with!(_ = a, async move {
        with!(_ = b, async move {
            entered.map(|entered| entered.send(()));
            pending::<()>().await;
        })
        .await;
    }))
}

type Shape = fn(&Log, Option<oneshot::Sender<()>>) -> Work;

const SHAPES: [Shape; 2] = [one_with, nested];

#[test]
fn x26_the_changed_value_is_cleaned_up_before_the_next_statement() {
    fn lease(log: &Log) -> Context<String> {
        let log = log.clone();
        context!(async move {
            let (value, exit) = yield String::from("value");
            turns().await;
            log.note(format!("{value} {exit:?}"));
        })
    }
    on_both(20, || async {
        let log = Log::new();
        let work = with!(value = lease(&log), {
            value.push('!');
            pending::<()>().await;
        });
        timeout(Duration::ZERO, work).await.unwrap_err();
        log.note("next");
        assert_eq!(log.text(), "value! Cancelled next");
    });
}

/// Cleans up in three steps.
fn in_steps(log: &Log, wait: impl Future<Output = ()> + Send + 'static) -> Context<()> {
    let log = log.clone();
    context!(async move {
        let ((), exit) = yield ();
        log.note(format!("one {exit:?}"));
        wait.await;
        log.note("two");
        turns().await;
        log.note("three");
    })
}

#[test]
fn x27_a_clean_up_that_is_cancelled_goes_on_from_where_it_was() {
    on_both(20, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let wait = {
            let gate = gate.clone();
            async move { gate.notified().await }
        };
        // Its body ends in the first poll, and the clean-up has begun.
        let cancelled = timeout(Duration::ZERO, with!(_ = in_steps(&log, wait), {}));
        let opened = async {
            turns().await;
            log.note("open");
            gate.notify_one();
        };
        let (result, ()) = tokio::join!(cancelled, opened);
        log.note("next");
        result.unwrap_err();
        assert_eq!(log.text(), "one Completed open two three next");
    });
}

#[test]
fn x27_a_sleep_is_not_begun_anew() {
    on(&current_thread(), 1, || async {
        let (log, start) = (Log::new(), Instant::now());
        let wait = tokio::time::sleep(secs(9));
        timeout(secs(4), with!(_ = in_steps(&log, wait), {})).await.unwrap_err();
        assert_eq!(start.elapsed(), secs(9));
        assert_eq!(log.text(), "one Completed two three");
    });
}

/// Cancelled twice: in the body, and again while a construct around waits for the clean-up.
#[test]
fn x27_a_clean_up_that_runs_on_as_a_task_is_not_cut_either() {
    on_both(20, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let work = timeout(Duration::ZERO, with!(_ = gated(&log, "a", &gate), { pending::<()>().await }));
        let twice = timeout(Duration::ZERO, timeout(Duration::ZERO, work));
        let (result, ()) = tokio::join!(twice, async {
            turns().await;
            gate.notify_one();
        });
        log.note("next");
        result.unwrap_err();
        assert_eq!(log.text(), "+a a( a) next");
    });
}

#[test]
fn x28_cancelled_while_entering() {
    /// Stands in another context before it lends.
    fn entering(log: &Log, drops: &Log) -> Context<()> {
        let (log, drops) = (log.clone(), drops.clone());
        context!(async move {
            let _first = drops.on_drop("first");
            let _second = drops.on_drop("second");
            with!(_ = noted(&log, "outer"), _ = noted(&log, "inner"), { pending::<()>().await }).await;
            yield ();
            log.note("clean-up");
        })
    }
    on_both(20, || async {
        let (log, drops) = (Log::new(), Log::new());
        timeout(Duration::ZERO, with!(_ = entering(&log, &drops), { log.note("body") })).await.unwrap_err();
        log.note("next");
        assert_eq!(drops.text(), "second first");
        assert_eq!(log.text(), "+outer +inner inner( inner) outer( outer) next");
    });
}

#[test]
fn x36_inner_before_outer_under_our_timeout_200_times() {
    for shape in SHAPES {
        on_both(ROUNDS, move || async move {
            let log = Log::new();
            timeout(Duration::ZERO, shape(&log, None)).await.unwrap_err();
            assert_eq!(log.text(), IN_ORDER);
        });
    }
}

#[test]
fn x36_inner_before_outer_under_select_200_times() {
    for shape in SHAPES {
        on_both(ROUNDS, move || async move {
            let log = Log::new();
            tokio::select! {
                biased;
                () = shape(&log, None) => unreachable!("it is pending"),
                () = ready(()) => {}
            }
            assert_eq!(drain(Duration::MAX).await.len(), 0);
            assert_eq!(log.text(), IN_ORDER);
        });
    }
}

#[test]
fn x36_inner_before_outer_under_abort_200_times() {
    for shape in SHAPES {
        on_both(ROUNDS, move || async move {
            let (log, (entered, is_entered)) = (Log::new(), oneshot::channel());
            let task = tokio::spawn(shape(&log, Some(entered)));
            is_entered.await.unwrap();
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(drain(Duration::MAX).await.len(), 0);
            assert_eq!(log.text(), IN_ORDER);
        });
    }
}

#[test]
fn x36_inner_before_outer_under_a_dropped_join_set_200_times() {
    for shape in SHAPES {
        on_both(ROUNDS, move || async move {
            let (log, (entered, is_entered)) = (Log::new(), oneshot::channel());
            let (alive, mut gone) = mpsc::channel::<()>(1);
            let mut set = JoinSet::new();
            let work = shape(&log, Some(entered));
            set.spawn(async move {
                // Dropped behind the work.
                let _alive = alive;
                work.await;
            });
            is_entered.await.unwrap();
            drop(set);
            assert_eq!(gone.recv().await, None);
            assert_eq!(drain(Duration::MAX).await.len(), 0);
            assert_eq!(log.text(), IN_ORDER);
        });
    }
}

fn stream_in_one(log: &Log) -> Pin<Box<dyn Stream<Item = u8> + Send>> {
    let (a, b) = (noted(log, "a"), noted(log, "b"));
    Box::pin(generator!(async move {
        with!(_ = a, _ = b, async { yield 1 }).await;
    }))
}

fn stream_in_nested(log: &Log) -> Pin<Box<dyn Stream<Item = u8> + Send>> {
    let (a, log) = (noted(log, "a"), log.clone());
    let inner = move || {
        let b = noted(&log, "b");
        generator!(async move {
            with!(_ = b, async { yield 1 }).await;
        })
    };
    Box::pin(generator!(async move {
        with!(_ = a, async {
            for await item in inner() {
                yield item;
            }
        })
        .await;
    }))
}

#[test]
fn x36_g87_inner_before_outer_in_a_dropped_stream_200_times() {
    for stream in [stream_in_one, stream_in_nested] {
        on_both(ROUNDS, move || async move {
            let log = Log::new();
            let mut stream = stream(&log);
            assert_eq!(stream.next().await, Some(1));
            drop(stream);
            assert_eq!(drain(Duration::MAX).await.len(), 0);
            assert_eq!(log.text(), IN_ORDER);
        });
    }
}

/// Many of them at once: each pair for itself.
#[test]
fn x36_inner_before_outer_where_many_are_dropped_at_once() {
    on_both(20, || async {
        let logs: Vec<Log> = (0..64).map(|_| Log::new()).collect();
        let mut many: Vec<Work> = logs.iter().map(|log| nested(log, None)).collect();
        for work in &mut many {
            assert!(futures::poll!(work).is_pending());
        }
        drop(many);
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert!(logs.iter().all(|log| log.text() == IN_ORDER));
    });
}

/// Each of the two clean-ups waits for the other one.
fn meeting(log: &Log, name: &'static str, both: &Arc<Barrier>) -> Context<()> {
    let (log, both) = (log.clone(), both.clone());
    context!(async move {
        yield ();
        both.wait().await;
        log.note(name);
    })
}

#[test]
fn x37_two_arms_side_by_side_and_what_is_around_them_after_both() {
    on_both(ROUNDS, || async {
        let (log, both) = (Log::new(), Arc::new(Barrier::new(2)));
        let work = |log: &Log| {
            let (outer, a, b) = (noted(log, "outer"), meeting(log, "arm", &both), meeting(log, "arm", &both));
            with!(_ = outer, async move {
                gather!(with!(_ = a, { pending::<()>().await }), with!(_ = b, { pending::<()>().await })).await;
            })
        };
        timeout(Duration::ZERO, work(&log)).await.unwrap_err();
        assert_eq!(log.text(), "+outer arm arm outer( outer)");
        let log = Log::new();
        tokio::select! {
            biased;
            () = work(&log) => unreachable!("it is pending"),
            () = ready(()) => {}
        }
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+outer arm arm outer( outer)");
    });
}

/// A destructor behind the inner context panics: what is dropped before it is known all the same.
#[test]
fn x36_inner_before_outer_where_a_destructor_panics() {
    on_both(20, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let mut work = Box::pin(with!(_ = noted(&log, "a"), {
            let _panics = WhenDropped(|| panic_any("on purpose"));
            with!(_ = gated(&log, "b", &gate), { pending::<()>().await }).await;
        }));
        assert!(poll_once(work.as_mut()).is_pending());
        assert_eq!(panic_of(|| drop(work)), "on purpose");
        turns().await;
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), IN_ORDER);
    });
}
