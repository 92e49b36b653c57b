//! What once went wrong, or nearly.

use std::future::pending;
use std::sync::mpsc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::Instant;
use weftwork::{Context, ExitStack, clean_ups, context, drain, gather, millis, secs, timeout, with, with_grace};
use weftwork_tests::{Log, Reports, poll_once};

/// Its clean-up takes so long.
fn slow(log: &Log, name: &'static str, time: Duration) -> Context<()> {
    let log = log.clone();
    let slow: Context<()> = context!(async move {
        yield ();
        log.note(format!("-{name}"));
        tokio::time::sleep(time).await;
        log.note(format!("={name}"));
    });
    slow.named(name)
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "in a destructor, on purpose");
    }
}

#[test]
fn x55_a_stack_whose_runtime_goes() {
    let reports = Reports::of("ExitStack");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let (entered, is_entered) = tokio::sync::oneshot::channel();
        tokio::spawn(with!(stack = ExitStack::new(), async move || -> () {
            stack.defer(async {});
            entered.send(()).unwrap();
            pending::<()>().await;
        }));
        is_entered.await.unwrap();
    });
    drop(runtime);
    assert!(!reports.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn c5_a_destructor_that_panics_is_waited_behind() {
    let log = Log::new();
    let work = timeout(
        millis(1),
        with!(_ = slow(&log, "outer", millis(5)), async || -> () {
            let _bomb = Bomb;
            with!(_ = slow(&log, "inner", millis(50)), { pending::<()>().await }).await;
        }),
    );
    let panicked = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(work)).await;
    log.note("next");
    assert!(panicked.is_err());
    assert_eq!(log.text(), "-inner =inner -outer =outer next");
}

#[tokio::test(start_paused = true)]
async fn x42_a_time_of_its_own_begins_with_the_clean_up() {
    let log = Log::new();
    let reports = Reports::of("x42 own");
    let outer = slow(&log, "x42 own", millis(5)).grace(millis(50));
    let work = with!(_ = outer, _ = slow(&log, "inner", millis(200)), { pending::<()>().await });
    assert!(timeout(millis(1), work).await.is_err());
    log.note("next");
    assert_eq!(log.text(), "-inner =inner -x42 own =x42 own next");
    assert!(reports.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn x43_a_grace_goes_along_into_what_is_handed_over() {
    let log = Log::new();
    let reports = Reports::of("x43 along");
    let inner = log.clone();
    let uses: Context<()> = context!(async move {
        yield ();
        let start = Instant::now();
        let work = with!(_ = slow(&inner, "x43 along", secs(5)), { pending::<()>().await });
        assert!(timeout(millis(0), work).await.is_err());
        inner.note(format!("{:?}", start.elapsed()));
    });
    let work = with!(_ = uses, { pending::<()>().await });
    assert!(with_grace(secs(1), timeout(millis(0), work)).await.is_err());
    assert!(drain(secs(60)).await.is_empty());
    assert!(log.text().contains("1s"), "{}", log.text());
    assert!(!reports.all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn x41_a_spawned_gather_that_ends_well_does_not_wait() {
    let log = Log::new();
    let start = Instant::now();
    let child = log.clone();
    let outputs = gather!(
        for n in 0..2 {
            let log = child.clone();
            async move {
                let mut inside = Box::pin(with!(_ = slow(&log, "inside", secs(5)), { pending::<()>().await }));
                assert!(poll_once(inside.as_mut()).is_pending());
                n
            }
        },
        spawn
    )
    .await;
    assert_eq!((outputs, start.elapsed()), (vec![0, 1], Duration::ZERO));
    assert_eq!(clean_ups().len(), 2);
    assert!(drain(secs(60)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn x67_an_error_beside_a_panic_is_reported() {
    let log = Log::new();
    let noted = log.clone();
    let work = with!(stack = ExitStack::new(), async move || -> Result<(), String> {
        stack.defer(async { assert!(pending_is_not_ready(), "on purpose") });
        stack.defer(async move {
            noted.note("failing");
            Err::<(), String>("lost in x67".into())
        });
        Ok(())
    });
    let payload = tokio::spawn(work).await.unwrap_err().into_panic();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
    assert_eq!(log.text(), "failing");
    let told = Reports::take("context::attacks::x67_an_error_beside_a_panic_is_reported");
    assert!(told.iter().any(|report| report.message().contains("lost in x67")), "{told:?}");
}

fn pending_is_not_ready() -> bool {
    poll_once(std::pin::pin!(pending::<()>())).is_ready()
}

#[tokio::test(start_paused = true)]
async fn x61_an_entry_waits_for_what_the_one_before_it_hands_over() {
    let log = Log::new();
    let work = with!(stack = ExitStack::new(), async || -> () {
        let (first, second, inside) = (log.clone(), log.clone(), log.clone());
        stack.defer(async move { first.note("outer") });
        stack.defer(async move {
            let mut dropped = Box::pin(with!(_ = slow(&inside, "in", millis(10)), { pending::<()>().await }));
            assert!(poll_once(dropped.as_mut()).is_pending());
            drop(dropped);
            second.note("inner");
        });
    });
    work.await;
    assert_eq!(log.text(), "inner -in =in outer");
}

#[tokio::test(start_paused = true)]
async fn x17_a_value_may_be_lent_through_others() {
    let in_set: Context<u8> = context(async move |lender| {
        let mut set: FuturesUnordered<_> = [lender.lend(7)].into_iter().collect();
        let (value, exit) = set.next().await.unwrap();
        assert!(value == 8 && exit.is_ok());
    });
    let in_task: Context<u8> = context(async move |lender| {
        let lent = tokio::spawn(lender.lend(5));
        let (value, exit) = lent.await.unwrap();
        assert!(value == 6 && exit.is_ok());
    });
    let sum = with!(a = in_set, b = in_task, {
        *a += 1;
        *b += 1;
        *a + *b
    });
    assert_eq!(timeout(secs(1), sum).await, Ok(14));
}

#[tokio::test(start_paused = true)]
async fn x6_a_body_that_never_ends_needs_no_type() {
    let log = Log::new();
    let serving = with!(_ = slow(&log, "a", millis(1)), {
        loop {
            tokio::time::sleep(secs(1)).await;
        }
    });
    assert!(timeout(secs(3), serving).await.is_err());
    assert_eq!(log.text(), "-a =a");
}

#[tokio::test]
async fn x11_a_value_that_only_one_thread_may_look_at_may_go_to_another() {
    fn numbers() -> Context<mpsc::Receiver<u8>> {
        context!(async {
            let (sender, receiver) = mpsc::channel();
            sender.send(3).unwrap();
            yield receiver;
        })
    }
    let sum = tokio::spawn(with!(a = numbers(), b = numbers(), {
        tokio::task::yield_now().await;
        a.try_iter().sum::<u8>() + b.try_iter().sum::<u8>()
    }));
    assert_eq!(sum.await.unwrap(), 6);
}

#[tokio::test(start_paused = true)]
async fn c5_a_spawned_gather_that_fails_waits_for_what_its_children_have_dropped() {
    let log = Log::new();
    let child = log.clone();
    let result = gather!(
        for n in 0..2 {
            let log = child.clone();
            async move {
                let mut inside = Box::pin(with!(_ = slow(&log, "in", secs(5)), { pending::<()>().await }));
                assert!(poll_once(inside.as_mut()).is_pending());
                drop(inside);
                if n == 1 { Err("no") } else { Ok(()) }
            }?
        },
        spawn
    )
    .await;
    log.note("next");
    assert_eq!((result, log.text().as_str()), (Err("no"), "-in -in =in =in next"));
}
