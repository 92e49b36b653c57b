//! Who waits for which clean-up, and for how long.

use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use weftwork::{
    Context, ReportKind, Stream, clean_ups, context, drain, gather, generator, millis, secs, timeout, with, with_grace,
};
use weftwork_tests::{Log, Reports};

use super::both::{WhenDropped, current_thread, gated, multi_thread, noted, on, on_both, turns};
use super::reports;

/// Dropped by `select!` in its first poll; `gate` lets its clean-up go on.
async fn dropped_inside(log: &Log, gate: &Arc<Notify>) {
    tokio::select! {
        biased;
        () = with!(_ = gated(log, "inner", gate), { pending::<()>().await }) => unreachable!("it is pending"),
        () = ready(()) => {}
    }
}

/// Opens the gate when it is told to, after others had their turn.
async fn open(gate: &Notify, told: oneshot::Receiver<()>) {
    told.await.ok();
    turns().await;
    gate.notify_one();
}

#[test]
fn x39_the_body_goes_on_at_once_and_the_outer_clean_up_waits() {
    on_both(50, || async {
        let (log, gate, (tell, told)) = (Log::new(), Arc::new(Notify::new()), oneshot::channel());
        let work = with!(_ = noted(&log, "outer"), {
            dropped_inside(&log, &gate).await;
            log.note("on");
            tell.send(()).unwrap();
            5
        });
        let (five, ()) = tokio::join!(work, open(&gate, told));
        assert_eq!(five, 5);
        // Where the task of the clean-up begins is its own business; that it ends is not.
        let text = log.text().replace(" inner(", "");
        assert_eq!(text, "+outer +inner on inner) outer( outer)");
    });
}

#[test]
fn x40_a_timeout_that_fires_later_waits_for_what_was_dropped_before() {
    on_both(50, || async {
        let (log, gate, (tell, told)) = (Log::new(), Arc::new(Notify::new()), oneshot::channel());
        let mut tell = Some(tell);
        let work = timeout(millis(1), async {
            // Gone before the last thing that the future has.
            let _gone = WhenDropped(|| tell.take().unwrap().send(()).unwrap());
            dropped_inside(&log, &gate).await;
            pending::<()>().await;
        });
        let (result, ()) = tokio::join!(work, open(&gate, told));
        log.note("next");
        result.unwrap_err();
        assert_eq!(log.text(), "+inner inner( inner) next");
    });
}

#[test]
fn x41_a_value_in_time_comes_at_once_and_the_next_scope_outwards_waits() {
    on_both(50, || async {
        let (log, gate, (tell, told)) = (Log::new(), Arc::new(Notify::new()), oneshot::channel());
        let mut tell = Some(tell);
        let outer = timeout(millis(1), async {
            let _gone = WhenDropped(|| tell.take().unwrap().send(()).unwrap());
            let in_time = timeout(Duration::MAX, async {
                dropped_inside(&log, &gate).await;
                5
            });
            assert_eq!(in_time.await, Ok(5));
            log.note("value");
            pending::<()>().await;
        });
        let (result, ()) = tokio::join!(outer, open(&gate, told));
        log.note("next");
        result.unwrap_err();
        assert_eq!(log.text().replace(" inner(", ""), "+inner value inner) next");
    });
}

/// The same of `gather!`, which has ended well.
#[test]
fn x41_gather_that_has_not_given_anything_up() {
    on_both(50, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        gather!(dropped_inside(&log, &gate), ready(())).await;
        log.note("next");
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text().replace(" inner(", ""), "+inner next inner)");
    });
}

/// Sleeps for a minute while it cleans up.
fn slow(log: &Log, name: &'static str) -> Context<()> {
    let log = log.clone();
    let context: Context<()> = context!(async move {
        yield ();
        tokio::time::sleep(secs(60)).await;
        log.note(name);
    });
    context.named(name)
}

#[test]
fn x42_what_outlasts_the_grace_goes_on_is_reported_and_listed() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let (log, start) = (Log::new(), Instant::now());
        let line = line!() + 1;
        let work = with!(_ = slow(&log, "x42"), { pending::<()>().await });
        with_grace(secs(2), timeout(secs(1), work)).await.unwrap_err();
        assert_eq!((start.elapsed(), log.text().as_str()), (secs(3), ""));
        let (kind, message) = reports::take_one("x42", "scopes.rs");
        assert_eq!(kind, ReportKind::CleanUpOverdue);
        assert!(message.contains("longer than 2s"), "{message}");
        let left = clean_ups();
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].name(), left[0].place().line(), left[0].age()), ("x42", line, secs(2)));
        assert!(left[0].place().file().ends_with("scopes.rs"));
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!((start.elapsed(), log.text().as_str()), (secs(61), "x42"));
        assert_eq!(Reports::take("x42").len(), 0, "once");
    });
}

/// Without a clock: nobody waits at all.
#[test]
fn x42_no_grace_on_four_workers() {
    Reports::start();
    on(&multi_thread(), 20, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let work = timeout(Duration::ZERO, with!(_ = gated(&log, "x42 zero", &gate), { pending::<()>().await }));
        with_grace(Duration::ZERO, work).await.unwrap_err();
        log.note("next");
        assert_eq!(reports::take_one("x42 zero", "scopes.rs").0, ReportKind::CleanUpOverdue);
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text().replace(" x42 zero(", ""), "+x42 zero next x42 zero)");
    });
}

#[test]
fn x43_the_nearest_grace_or_ten_seconds() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let log = Log::new();
        let work = || timeout(Duration::ZERO, with!(_ = slow(&log, "x43"), { pending::<()>().await }));
        let start = Instant::now();
        work().await.unwrap_err();
        assert_eq!(start.elapsed(), secs(10));
        let start = Instant::now();
        with_grace(secs(2), with_grace(secs(4), work())).await.unwrap_err();
        assert_eq!(start.elapsed(), secs(4));
        let start = Instant::now();
        with_grace(secs(4), with_grace(secs(2), work())).await.unwrap_err();
        assert_eq!(start.elapsed(), secs(2));
        // It ends with its future, and goes along with the children that are tasks.
        let start = Instant::now();
        let spawned = gather!(
            for child in [work()] {
                child
            },
            limit = 1
        );
        with_grace(secs(3), spawned).await.pop().unwrap().unwrap_err();
        assert_eq!(start.elapsed(), secs(3));
        let start = Instant::now();
        work().await.unwrap_err();
        assert_eq!(start.elapsed(), secs(10));
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(Reports::take("x43").len(), 5);
    });
}

#[test]
fn x43_a_child_that_is_a_task_has_the_grace_of_its_parent() {
    Reports::start();
    on(&current_thread(), 1, || async {
        let start = Instant::now();
        let children = gather!(
            for log in [Log::new()] {
                async move { timeout(Duration::ZERO, with!(_ = slow(&log, "x43 task"), { pending::<()>().await })).await }
            },
            spawn
        );
        with_grace(secs(3), children).await.pop().unwrap().unwrap_err();
        assert_eq!(start.elapsed(), secs(3));
        assert_eq!(Reports::take("x43 task").len(), 1);
    });
}

#[test]
fn x44_the_construct_around_waits_for_the_same_clean_up() {
    on_both(50, || async {
        let (log, gate, (tell, told)) = (Log::new(), Arc::new(Notify::new()), oneshot::channel());
        let mut tell = Some(tell);
        let outer = timeout(millis(1), async {
            let _gone = WhenDropped(|| tell.take().unwrap().send(()).unwrap());
            let inner = timeout(Duration::ZERO, with!(_ = gated(&log, "a", &gate), { pending::<()>().await }));
            assert!(inner.await.is_err());
            unreachable!("the inner one waits when it is dropped");
        });
        let (result, ()) = tokio::join!(outer, open(&gate, told));
        log.note("next");
        result.unwrap_err();
        assert_eq!(log.text(), "+a a( a) next");
    });
}

#[test]
fn x45_of_a_borrowed_future_nothing_is_cleaned_up() {
    on_both(50, || async {
        let (log, go) = (Log::new(), Notify::new());
        let mut work = Box::pin(with!(_ = noted(&log, "a"), {
            go.notified().await;
            7
        }));
        timeout(Duration::ZERO, &mut work).await.unwrap_err();
        timeout(millis(1), &mut work).await.unwrap_err();
        log.note("next");
        assert_eq!(clean_ups().len(), 0);
        go.notify_one();
        assert_eq!(work.await, 7);
        assert_eq!(log.text(), "+a next a( a)");
    });
}

#[test]
fn x46_who_drops_a_stream_waits_and_not_who_has_polled_it() {
    on_both(50, || async {
        let log = Log::new();
        let a = noted(&log, "a");
        let mut stream: Pin<Box<dyn Stream<Item = u8> + Send>> = Box::pin(generator!(async move {
            with!(_ = a, async { yield 1 }).await;
        }));
        let polled = async {
            assert_eq!(stream.next().await, Some(1));
            pending::<()>().await;
        };
        timeout(Duration::ZERO, polled).await.unwrap_err();
        log.note("first");
        let dropped = async move {
            let _stream = stream;
            pending::<()>().await;
        };
        timeout(Duration::ZERO, dropped).await.unwrap_err();
        log.note("second");
        assert_eq!(log.text(), "+a first a( a) second");
    });
}

/// It is inside of a poll when it is cancelled.
#[test]
fn x47_a_cancelled_task_is_waited_for_until_its_future_is_gone_and_cleaned_up() {
    type Child = Result<(), &'static str>;
    on(&multi_thread(), 20, || async {
        let log = Log::new();
        let (release, released) = mpsc::channel();
        // By way of a thread: a task that is woken by a worker that blocks then may have to wait for that worker.
        let (blocked, is_blocked) = mpsc::channel();
        let (go_on, told) = oneshot::channel();
        std::thread::spawn(move || is_blocked.recv().map(|()| go_on.send(())));
        let (fails, has_failed) = oneshot::channel();
        let a = noted(&log, "a");
        let blocking = with!(_ = a, async move {
            blocked.send(()).unwrap();
            released.recv().unwrap();
            pending::<Child>().await
        });
        let failing = async move {
            told.await.unwrap();
            fails.send(()).unwrap();
            Err("failed")
        };
        let children: [Pin<Box<dyn Future<Output = Child> + Send>>; 2] = [Box::pin(blocking), Box::pin(failing)];
        let children = gather!(
            for child in children {
                child?
            },
            spawn
        );
        let released = async {
            has_failed.await.unwrap();
            turns().await;
            log.note("release");
            release.send(()).unwrap();
        };
        let gathered = async {
            assert_eq!(children.await.unwrap_err(), "failed");
            log.note("next");
        };
        tokio::join!(gathered, released);
        assert_eq!(log.text(), "+a release a( a) next");
    });
}

#[test]
fn x48_a_task_of_tokios_is_its_own_and_drain_waits_for_what_it_hands_over() {
    on_both(50, || async {
        let (log, gate) = (Log::new(), Arc::new(Notify::new()));
        let (entered, is_entered) = oneshot::channel();
        let gated = gated(&log, "task", &gate);
        let work = with!(_ = gated, async move {
            entered.send(()).unwrap();
            pending::<()>().await;
        });
        let mut task = None;
        timeout(Duration::ZERO, async {
            task = Some(tokio::spawn(work));
            pending::<()>().await;
        })
        .await
        .unwrap_err();
        is_entered.await.unwrap();
        let task = task.unwrap();
        // Dropped by others inside of a construct, which gives up: that one does not know of it.
        timeout(Duration::ZERO, async {
            task.abort();
            pending::<()>().await;
        })
        .await
        .unwrap_err();
        assert!(task.await.unwrap_err().is_cancelled());
        log.note("next");
        gate.notify_one();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(log.text().replace(" task(", ""), "+task next task)");
    });
}
