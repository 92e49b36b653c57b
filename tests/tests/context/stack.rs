//! `ExitStack`: any number of contexts, left in reverse.

use std::future::pending;
use std::num::ParseIntError;
use std::pin::pin;

use weftwork::{Context, Entered, Exit, ExitStack, context, drain, millis, secs, timeout, with};
use weftwork_tests::{Log, finished, poll_once};

/// Notes what it does. Cleaning up takes a moment.
fn noted(log: &Log, name: &'static str) -> Context<String, ParseIntError> {
    let log = log.clone();
    context!(async move {
        if name == "bad" {
            "bad".parse::<u8>()?;
        }
        log.note(format!("+{name}"));
        let (value, exit) = yield String::from(name);
        tokio::time::sleep(millis(10)).await;
        log.note(format!("-{value}:{exit:?}"));
        if name == "fails" { "x".parse::<u8>().map(drop) } else { Ok(()) }
    })
}

#[tokio::test(start_paused = true)]
async fn x61_entries_are_undone_last_in_first_out() {
    let log = Log::new();
    let length = with!(stack = ExitStack::new(), async || -> Result<usize, ParseIntError> {
        let mut a = stack.enter(noted(&log, "a")).await?;
        let pushed = log.clone();
        stack.push(async move |exit| pushed.note(format!("pushed:{exit:?}")));
        let b = stack.enter(noted(&log, "b")).await?;
        let deferred = log.clone();
        stack.defer(async move { deferred.note("deferred") });
        a.push('!');
        assert_eq!((a.len(), b.as_str(), stack.len()), (2, "b", 4));
        Ok(a.len() + b.len())
    })
    .await;
    assert_eq!(length, Ok(3));
    assert_eq!(log.text(), "+a +b deferred -b:Completed pushed:Completed -a!:Completed");
}

#[tokio::test(start_paused = true)]
async fn x62_an_empty_stack_leaves_at_once() {
    let result = with!(stack = ExitStack::new(), { stack.is_empty() });
    assert!(finished(pin!(result)));
}

#[tokio::test(start_paused = true)]
async fn x63_a_handle_that_is_dropped_gives_its_value_back() {
    let log = Log::new();
    let result = with!(stack = ExitStack::new(), async || -> Result<(), ParseIntError> {
        let mut a = stack.enter(noted(&log, "a")).await?;
        let b = stack.enter(noted(&log, "b")).await?;
        a.push('1');
        drop(a);
        assert_eq!(*b, "b");
        log.note("body");
        Ok(())
    });
    assert_eq!(result.await, Ok(()));
    assert_eq!(log.text(), "+a +b body -b:Completed -a1:Completed");
}

#[tokio::test(start_paused = true)]
async fn x63_a_handle_that_is_still_held_is_waited_for_within_the_grace() {
    let log = Log::new();
    let held: Entered<String> = with!(stack = ExitStack::new(), async || -> Result<Entered<String>, ParseIntError> {
        stack.enter(noted(&log, "a").named("x63 held").grace(secs(3))).await
    })
    .await
    .unwrap();
    let start = tokio::time::Instant::now();
    log.note("next");
    assert_eq!(weftwork::clean_ups().iter().filter(|left| left.name() == "x63 held").count(), 1);
    drop(held);
    assert!(drain(secs(5)).await.is_empty());
    assert!(start.elapsed() < secs(1));
    assert_eq!(log.text(), "+a next -a:Completed");
}

#[tokio::test(start_paused = true)]
async fn x64_the_third_one_fails() {
    let log = Log::new();
    let result = with!(stack = ExitStack::new(), async || -> Result<(), ParseIntError> {
        for name in ["a", "b", "bad", "c"] {
            stack.enter(noted(&log, name)).await?;
        }
        Ok(())
    });
    assert!(result.await.is_err());
    assert_eq!(log.text(), "+a +b -b:Failed -a:Failed");
}

#[tokio::test(start_paused = true)]
async fn x65_closed_early() {
    let log = Log::new();
    let result = with!(stack = ExitStack::new(), async || -> Result<(), ParseIntError> {
        drop(stack.enter(noted(&log, "a")).await?);
        stack.close().await?;
        log.note("closed");
        stack.enter(noted(&log, "b")).await?;
        Ok(())
    });
    assert_eq!(result.await, Ok(()));
    assert_eq!(log.text(), "+a -a:Completed closed +b -b:Completed");
}

#[tokio::test(start_paused = true)]
async fn x65_a_close_that_is_cut_goes_on() {
    let log = Log::new();
    let result = with!(stack = ExitStack::new(), async || -> Result<(), ParseIntError> {
        for name in ["a", "b", "c"] {
            stack.enter(noted(&log, name)).await?;
        }
        assert!(poll_once(pin!(stack.close())).is_pending());
        log.note("cut");
        Ok(())
    });
    assert_eq!(result.await, Ok(()));
    assert_eq!(log.text(), "+a +b +c cut -c:Completed -b:Completed -a:Completed");
    assert!(drain(secs(0)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn x66_all_go_to_a_new_stack() {
    let log = Log::new();
    let kept = with!(stack = ExitStack::new(), async || -> Result<ExitStack<ParseIntError>, ParseIntError> {
        stack.enter(noted(&log, "a")).await?;
        stack.enter(noted(&log, "b")).await?;
        Ok(stack.pop_all())
    });
    let kept = kept.await.unwrap();
    log.note("kept");
    let result = with!(stack = kept, async || -> Result<usize, ParseIntError> { Ok(stack.len()) });
    assert_eq!(result.await, Ok(2));
    assert_eq!(log.text(), "+a +b kept -b:Completed -a:Completed");
}

#[tokio::test(start_paused = true)]
async fn x66_a_stack_that_nobody_enters_is_undone_by_a_task() {
    let log = Log::new();
    let mut stack = ExitStack::<ParseIntError>::new();
    drop(stack.enter(noted(&log, "a")).await);
    drop(stack);
    assert!(drain(secs(1)).await.is_empty());
    assert_eq!(log.text(), "+a -a:Cancelled");
}

#[tokio::test(start_paused = true)]
async fn x67_every_entry_runs_and_the_first_error_is_the_result() {
    let log = Log::new();
    let result = with!(stack = ExitStack::new(), async || -> Result<(), String> {
        for name in ["a", "b"] {
            let log = log.clone();
            stack.push(async move |_| {
                log.note(name);
                Err::<(), _>(format!("{name} failed"))
            });
        }
        Ok(())
    });
    assert_eq!(result.await, Err("b failed".into()));
    assert_eq!(log.text(), "b a");
}

#[tokio::test(start_paused = true)]
async fn x67_a_panic_goes_on_behind_the_rest() {
    let log = Log::new();
    let noted = log.clone();
    let result = tokio::spawn(with!(stack = ExitStack::new(), async move || -> () {
        stack.defer(async move { noted.note("undone") });
        stack.defer(async { assert!(stack_is_sound(), "on purpose") });
    }));
    let payload = result.await.unwrap_err().into_panic();
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"on purpose"));
    assert_eq!(log.text(), "undone");
}

/// Not in the eyes of the compiler, to which a panic alone is no `()`.
fn stack_is_sound() -> bool {
    false
}

#[test]
fn x68_ten_thousand_entries() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let fill = |stack: &mut ExitStack| {
        for _ in 0..10_000 {
            let count = count.clone();
            stack.defer(async move {
                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            });
        }
    };
    runtime.block_on(async {
        with!(stack = ExitStack::new(), { fill(stack) }).await;
        assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 10_000);
        let left = timeout(
            secs(1),
            with!(stack = ExitStack::new(), async || -> () {
                fill(stack);
                pending::<()>().await;
            }),
        );
        assert!(left.await.is_err());
        assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 20_000);
    });
    // Without a runtime there is nobody to run them, and no overflow either.
    let mut stack = ExitStack::new();
    fill(&mut stack);
    drop(stack);
    assert_eq!(std::sync::Arc::strong_count(&count), 1);
}

#[tokio::test(start_paused = true)]
async fn x69_dropped_while_the_third_one_enters() {
    let log = Log::new();
    let stuck = log.clone();
    let work = with!(stack = ExitStack::new(), async || -> Result<(), ParseIntError> {
        stack.enter(noted(&log, "a")).await?;
        stack.enter(noted(&log, "b")).await?;
        let third: Context<u8, ParseIntError> = context!(async move {
            let _dropped = stuck.on_drop("dropped");
            pending::<()>().await;
            yield 1;
            stuck.note("never");
            Ok(())
        });
        stack.enter(third).await?;
        Ok(())
    });
    let mut work = Box::pin(work);
    assert!(poll_once(work.as_mut()).is_pending());
    drop(work);
    assert_eq!(weftwork::clean_ups().iter().filter(|left| left.name() == "ExitStack").count(), 1);
    assert!(drain(secs(1)).await.is_empty());
    assert_eq!(log.text(), "+a +b dropped -b:Cancelled -a:Cancelled");
    assert!(!Exit::Cancelled.is_ok());
}
