//! Bodies and set-ups that are cancelled.

use std::future::{Future, pending};

use tokio::sync::Notify;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};
use weftwork::{Context, context, drain, millis, race, secs, timeout, with};
use weftwork_tests::{Log, poll_once, polls::polls};

use crate::forms::{Broken, Script, by_class, by_function, by_local, by_macro, by_shielded, in_every_form};

in_every_form! {
    async fn x26_cancelled_by_a_construct_the_clean_up_ends_before_the_next_statement(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let is_in_body = Notify::new();
        let work = with!(name = make(&script), {
            name.push('!');
            is_in_body.notify_one();
            pending::<Result<u8, Broken>>().await
        });
        let result = race!(work, async {
            is_in_body.notified().await;
            Ok(1)
        });
        assert_eq!(result.await, Ok(1));
        log.note("next");
        assert_eq!(log.text(), "+a -a!:Cancelled .a next");
        assert!(drain(millis(0)).await.is_empty());
    }

    async fn x27_cancelled_in_the_clean_up_it_goes_on_from_where_it_was(make) {
        let mut was_cut = 0;
        for count in 2.. {
            let log = Log::new();
            let script = Script::new(&log, "a");
            let is_through = polls(count, with!(_ = make(&script), { Ok::<_, Broken>(()) })).await.is_some();
            was_cut += u32::from(!is_through && log.text() == "+a -a:Completed");
            assert!(drain(secs(60)).await.is_empty());
            // Each part of it once, and told what it was told before.
            assert_eq!(log.text(), "+a -a:Completed .a");
            if is_through {
                break;
            }
        }
        assert!(was_cut > 0, "no clean-up was cancelled");
    }

    async fn x26_the_clean_up_runs_in_a_task_behind_a_drop_by_others(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let is_in_body = Notify::new();
        let work = with!(name = make(&script), {
            name.push('!');
            is_in_body.notify_one();
            pending::<Result<(), Broken>>().await
        });
        tokio::select! {
            _ = work => unreachable!(),
            () = is_in_body.notified() => {}
        }
        assert!(drain(secs(60)).await.is_empty());
        assert_eq!(log.text(), "+a -a!:Cancelled .a");
    }

    async fn x12_dropped_before_its_first_poll_nothing_is_evaluated(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let made = |script| {
            log.note("made");
            make(script)
        };
        drop(with!(_ = made(&script), { Ok::<_, Broken>(()) }));
        assert!(drain(millis(0)).await.is_empty());
        assert_eq!(log.text(), "");
    }

    async fn x57_a_forgotten_one_cleans_nothing_up_and_nobody_waits_for_it(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let is_in_body = Notify::new();
        {
            let mut work = Box::pin(with!(_ = make(&script), {
                is_in_body.notify_one();
                pending::<Result<(), Broken>>().await
            }));
            tokio::select! {
                _ = work.as_mut() => unreachable!(),
                () = is_in_body.notified() => {}
            }
            // What it borrows is leaked along, so that it stays sound.
            std::mem::forget(work);
        }
        assert!(drain(millis(0)).await.is_empty());
        assert_eq!(log.text(), "+a");
    }
}

/// Polls `work` once: a set-up that takes a moment is under way then. Drops it, and waits for what is handed over.
async fn cancel_while_it_is_entered(work: impl Future<Output = Result<(), Broken>>) {
    assert!(polls(1, work).await.is_none());
    assert!(drain(secs(60)).await.is_empty());
}

#[tokio::test]
async fn x28_cancelled_while_it_is_entered_it_does_not_clean_up() {
    let log = Log::new();
    let script = Script::new(&log, "a");
    cancel_while_it_is_entered(with!(_ = by_macro(&script), { Ok(()) })).await;
    cancel_while_it_is_entered(with!(_ = by_function(&script), { Ok(()) })).await;
    cancel_while_it_is_entered(with!(_ = by_class(&script), { Ok(()) })).await;
    cancel_while_it_is_entered(with!(_ = by_local(&script), { Ok(()) })).await;
    assert_eq!(log.text(), "+a +a +a +a");
}

#[tokio::test]
async fn x28_a_shielded_one_is_entered_to_the_end_and_cleans_up() {
    let log = Log::new();
    let script = Script::new(&log, "a");
    cancel_while_it_is_entered(with!(_ = by_shielded(&script), {
        log.note("body");
        Ok(())
    }))
    .await;
    assert_eq!(log.text(), "+a -a:Cancelled .a");
}

#[tokio::test]
async fn x28_cancelled_while_it_is_entered_its_locals_drop_and_what_is_open_in_it_is_cleaned_up() {
    let log = Log::new();
    let own = log.clone();
    let nested = || -> Context<(), Broken> {
        context!(async move {
            let _first = own.on_drop("first");
            let _second = own.on_drop("second");
            with!(_ = by_macro(&Script::new(&own, "a")), { pending::<Result<(), Broken>>().await }).await?;
            yield ();
            own.note("never");
            Ok(())
        })
    };
    let work = with!(_ = nested(), { Ok::<_, Broken>(()) });
    assert!(polls(2, work).await.is_none());
    assert_eq!(log.text(), "+a second first");
    assert!(drain(secs(60)).await.is_empty());
    assert_eq!(log.text(), "+a second first -a:Cancelled .a");
}

#[tokio::test]
async fn x28_the_second_is_cancelled_while_it_is_entered() {
    let log = Log::new();
    let (a, b) = (Script::new(&log, "a"), Script::new(&log, "b"));
    let work = with!(_ = by_macro(&a), _ = by_macro(&b), { Ok::<_, Broken>(()) });
    assert!(polls(2, work).await.is_none());
    assert!(drain(secs(60)).await.is_empty());
    assert_eq!(log.text(), "+a +b -a:Cancelled .a");
}

#[tokio::test(start_paused = true)]
async fn x27_a_sleep_that_runs_in_the_clean_up_is_not_begun_anew() {
    fn slow() -> Context<()> {
        context!(async {
            yield ();
            sleep(secs(10)).await;
        })
    }
    let start = Instant::now();
    let work = with!(_ = slow(), {});
    assert!(timeout(secs(7), work).await.is_err());
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn x26_the_body_is_gone_before_the_clean_up_begins() {
    let log = Log::new();
    let script = Script::new(&log, "a");
    let mut work = Box::pin(with!(_ = by_macro(&script), {
        let _local = log.on_drop("local");
        pending::<Result<(), Broken>>().await
    }));
    // Set up, then into the body.
    assert!(poll_once(work.as_mut()).is_pending() && poll_once(work.as_mut()).is_pending());
    drop(work);
    assert!(drain(secs(60)).await.is_empty());
    assert_eq!(log.text(), "+a local -a:Cancelled .a");
}

#[tokio::test]
async fn x13_one_that_is_never_entered_runs_nothing_and_drops_what_it_has() {
    let log = Log::new();
    let captured = log.on_drop("dropped");
    let own = log.clone();
    let made: Context<()> = context!(async move {
        let _captured = captured;
        own.note("+");
        yield ();
        own.note("-");
    });
    drop(made);
    yield_now().await;
    assert!(drain(millis(0)).await.is_empty());
    assert_eq!(log.text(), "dropped");
}
