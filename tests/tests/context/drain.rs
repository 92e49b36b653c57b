//! What nobody waits for where it is dropped: reports, `drain`, and what clean-ups may do themselves.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use weftwork::{Context, ReportKind, clean_ups, context, drain, gather, generator, secs, timeout, with};
use weftwork_tests::{Log, Reports, poll_once};

use super::both::{current_thread, gated, multi_thread, noted, on, on_both, turns};
use super::reports;

/// Ends with an error.
fn failing(name: &'static str) -> Context<(), &'static str> {
    let context: Context<(), &'static str> = context!(async {
        yield ();
        turns().await;
        Err("on purpose")
    });
    context.named(name)
}

fn panicking(name: &'static str) -> Context<()> {
    let context: Context<()> = context!(async move {
        yield ();
        turns().await;
        assert!(name.is_empty(), "on purpose");
    });
    context.named(name)
}

#[test]
fn x32_a_clean_up_that_fails_where_nobody_is_left_is_reported() {
    Reports::start();
    on_both(5, || async {
        let work = with!(_ = failing("x32 fails"), async || -> Result<(), &'static str> { pending().await });
        timeout(Duration::ZERO, work).await.unwrap_err();
        let (kind, message) = reports::take_one("x32 fails", "drain.rs");
        assert_eq!(kind, ReportKind::CleanUpFailed);
        assert!(message.contains("on purpose"), "{message}");
    });
}

#[test]
fn x32_a_clean_up_that_panics_where_nobody_is_left_is_reported() {
    Reports::start();
    on_both(5, || async {
        let log = Log::new();
        let work = with!(_ = noted(&log, "outer"), _ = panicking("x32 panics"), { pending::<()>().await });
        timeout(Duration::ZERO, work).await.unwrap_err();
        let (kind, message) = reports::take_one("x32 panics", "drain.rs");
        assert_eq!(kind, ReportKind::CleanUpPanicked);
        assert!(message.contains("on purpose"), "{message}");
        assert_eq!(log.text(), "+outer outer( outer)", "those around it go on");
        assert_eq!(clean_ups().len(), 0);
    });
}

/// Uses everything while it cleans up.
fn busy(log: &Log) -> Context<()> {
    let log = log.clone();
    context!(async move {
        yield ();
        log.note("busy(");
        with!(_ = noted(&log, "with"), { log.note("body") }).await;
        timeout(Duration::ZERO, with!(_ = noted(&log, "timeout"), { pending::<()>().await })).await.unwrap_err();
        let (one, two) = gather!(ready(1), async {
            turns().await;
            2
        })
        .await;
        log.note(format!("{}", one + two));
        let squares = gather!(
            for n in 1..=3 {
                async move { n * n }
            },
            spawn
        )
        .await;
        log.note(format!("{squares:?}").replace(' ', ""));
        let all = gather!(
            for name in ["task", "other"] {
                let context = noted(&log, "spawn");
                async move {
                    match name {
                        "task" => with!(_ = context, { Err::<(), _>("failed") }).await,
                        _ => Ok(()),
                    }
                }?
            },
            spawn
        );
        all.await.unwrap_err();
        log.note("busy)");
    })
}

const BUSY: &str = "busy( +with body with( with) +timeout timeout( timeout) 3 [1,4,9] +spawn spawn( spawn) busy)";

#[test]
fn x50_a_clean_up_may_use_everything() {
    on_both(20, || async {
        // Where it stands.
        let log = Log::new();
        with!(_ = noted(&log, "outer"), _ = busy(&log), {}).await;
        assert_eq!(log.text(), format!("+outer {BUSY} outer( outer)"));
        // Handed over to a construct of ours.
        let log = Log::new();
        let work = with!(_ = noted(&log, "outer"), _ = busy(&log), { pending::<()>().await });
        timeout(Duration::ZERO, work).await.unwrap_err();
        assert_eq!(log.text(), format!("+outer {BUSY} outer( outer)"));
        // Handed over to nobody.
        let log = Log::new();
        let mut work = Box::pin(with!(_ = noted(&log, "outer"), _ = busy(&log), { pending::<()>().await }));
        assert!(poll_once(work.as_mut()).is_pending());
        drop(work);
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), format!("+outer {BUSY} outer( outer)"));
    });
}

/// It drops something itself and does not wait: the one around it does.
#[test]
fn x50_what_a_clean_up_hands_over_belongs_to_it() {
    fn drops(log: &Log, gate: &Arc<Notify>, dropped: oneshot::Sender<()>) -> Context<()> {
        let (log, gate) = (log.clone(), gate.clone());
        context!(async move {
            yield ();
            let mut inside = Box::pin(with!(_ = gated(&log, "inside", &gate), { pending::<()>().await }));
            assert!(poll_once(inside.as_mut()).is_pending());
            drop(inside);
            log.note("dropped");
            dropped.send(()).unwrap();
        })
    }
    on_both(20, || async {
        for is_cancelled in [false, true] {
            let (log, gate) = (Log::new(), Arc::new(Notify::new()));
            let (dropped, is_dropped) = oneshot::channel();
            let work = with!(_ = noted(&log, "outer"), _ = drops(&log, &gate, dropped), {
                if is_cancelled {
                    pending::<()>().await;
                }
            });
            let opened = async {
                is_dropped.await.unwrap();
                turns().await;
                log.note("open");
                gate.notify_one();
            };
            let (result, ()) = tokio::join!(timeout(Duration::ZERO, work), opened);
            result.unwrap_err();
            let text = log.text().replace(" inside(", "");
            assert_eq!(text, "+outer +inside dropped open inside) outer( outer)");
        }
    });
}

#[test]
fn x52_ready_at_once_with_nothing_outstanding() {
    on_both(1, || async {
        assert_eq!(poll_once(Box::pin(drain(secs(5))).as_mut()).map(|left| left.len()), std::task::Poll::Ready(0));
    });
    // Without a runtime there is nothing either.
    assert_eq!(poll_once(Box::pin(drain(secs(5))).as_mut()).map(|left| left.len()), std::task::Poll::Ready(0));
}

/// So many clean-ups, each of which lets a task be cancelled that stands in the next one.
fn chain(log: Log, left: u32) -> Context<()> {
    context!(async move {
        yield ();
        turns().await;
        if left > 0 {
            let (entered, is_entered) = oneshot::channel();
            let context = chain(log.clone(), left - 1);
            let task = tokio::spawn(with!(_ = context, async move {
                entered.send(()).unwrap();
                pending::<()>().await;
            }));
            is_entered.await.unwrap();
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        log.note(format!("{left}"));
    })
}

#[test]
fn x52_those_that_come_meanwhile_count() {
    on_both(20, || async {
        let log = Log::new();
        let context = chain(log.clone(), 3);
        let mut work = Box::pin(with!(_ = context, async move { pending::<()>().await }));
        assert!(poll_once(work.as_mut()).is_pending());
        drop(work);
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        let text = log.text();
        let mut numbers: Vec<&str> = text.split(' ').collect();
        numbers.sort_unstable();
        assert_eq!(numbers, ["0", "1", "2", "3"]);
    });
}

#[test]
fn x53_the_limit_is_over_and_what_is_left_goes_on() {
    on(&current_thread(), 1, || async {
        let (log, gate, start) = (Log::new(), Arc::new(Notify::new()), Instant::now());
        let line = line!() + 1;
        let mut work = Box::pin(with!(_ = gated(&log, "x53", &gate), { pending::<()>().await }));
        assert!(poll_once(work.as_mut()).is_pending());
        drop(work);
        let left = drain(secs(5)).await;
        assert_eq!(start.elapsed(), secs(5));
        let [left] = &left[..] else { panic!("one is left, and not {left:?}") };
        assert_eq!((left.name(), left.place().line(), left.age()), ("x53", line, secs(5)));
        assert!(left.place().file().ends_with("drain.rs"));
        let text = left.to_string();
        assert!(text.contains("x53") && text.contains("drain.rs") && text.contains("5s"), "{text}");
        gate.notify_one();
        assert_eq!(drain(secs(5)).await.len(), 0);
        assert_eq!((log.text().as_str(), start.elapsed()), ("+x53 x53( x53)", secs(5)));
    });
}

#[test]
fn x53_a_limit_of_zero_looks_and_does_not_wait() {
    on(&multi_thread(), 20, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let mut work = Box::pin(with!(_ = gated(&log, "zero", &gate), { pending::<()>().await }));
        assert!(poll_once(work.as_mut()).is_pending());
        drop(work);
        let left = drain(Duration::ZERO).await;
        assert_eq!(left.iter().map(weftwork::CleanUp::name).collect::<Vec<_>>(), ["zero"]);
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
    });
}

#[test]
fn g87_a_plain_drop_of_a_generator_is_drained() {
    on_both(20, || async {
        let log = Log::new();
        let a = noted(&log, "a");
        let mut stream = Box::pin(generator!(async move {
            with!(_ = a, async { yield 1 }).await;
        }));
        assert_eq!(stream.next().await, Some(1));
        drop(stream);
        assert_eq!(clean_ups().len(), 1);
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text(), "+a a( a)");
    });
}
