//! How it starts: at once, and without a handle.

use std::future::pending;
use std::time::Duration;

use tokio::sync::oneshot;
use weftwork::{Restart, TaskKind, background, background_with_restart, drain_background, secs, tasks};
use weftwork_tests::{Log, Reports, on_both_runtimes, panic_of, spin};

use super::kit::{alive, listed, until};

#[test]
fn c124_it_runs_at_once() {
    on_both_runtimes(|| async {
        let (begun, has_begun) = oneshot::channel();
        background("c124 at once", async move { begun.send(()).unwrap() });
        // Nobody polls it, and nobody drains.
        has_begun.await.unwrap();
        until(|| alive("c124 at once") == 0).await;
    });
}

#[tokio::test]
async fn c124_there_is_no_handle() {
    let log = Log::new();
    let dropped = log.on_drop("dropped");
    let () = background("c124 no handle", async move {
        let _dropped = dropped;
        pending::<()>().await;
    });
    spin().await;
    assert_eq!(log.text(), "", "nothing that is dropped here ends it");
    assert!(drain_background(Duration::ZERO).await.is_empty());
    assert_eq!(log.text(), "dropped");
}

/// The caller polls nothing before it waits itself.
#[tokio::test]
async fn c124_in_the_order_of_the_calls() {
    let log = Log::new();
    for word in ["one", "two", "three"] {
        let log = log.clone();
        background("c124 order", async move { log.note(word) });
    }
    assert_eq!(log.text(), "");
    assert!(drain_background(Duration::MAX).await.is_empty());
    assert_eq!(log.text(), "one two three");
}

#[tokio::test]
async fn c124_a_name_may_be_made_at_run_time() {
    for number in 0..2 {
        background(format!("c124 made {number}"), pending::<()>());
    }
    let line = line!() - 2;
    for name in ["c124 made 0", "c124 made 1"] {
        let found = listed(name);
        let [found] = &found[..] else { panic!("one of this name, and not {found:?}") };
        assert_eq!((found.kind(), found.parent(), found.site().line()), (TaskKind::Background, None, line));
        assert!(found.site().file().ends_with("starts.rs"));
        assert!(found.to_string().starts_with(&format!("background `{name}` #")), "{found}");
    }
    assert!(drain_background(Duration::ZERO).await.is_empty());
    assert_eq!(alive("c124 made 0") + alive("c124 made 1"), 0);
}

#[test]
fn c124_outside_of_a_runtime_it_says_so() {
    let log = Log::new();
    let dropped = log.on_drop("dropped");
    let text = panic_of(|| {
        background("c124 outside", async move { drop(dropped) });
    });
    assert!(text.contains("`background`") && text.contains("runtime"), "{text}");
    assert_eq!(log.text(), "dropped");
    let text = panic_of(|| background_with_restart("c124 outside", Restart::new(), async || {}));
    assert!(text.contains("`background"), "{text}");
    assert_eq!(alive("c124 outside"), 0);
}

/// Where the runtime is entered, and not run.
#[test]
fn c124_from_a_thread_that_has_entered_a_runtime() {
    let reports = Reports::of("c124 entered");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let handle = runtime.handle().clone();
    std::thread::spawn(move || {
        let _entered = handle.enter();
        background("c124 entered", async { Err::<(), _>("from another thread") });
    })
    .join()
    .unwrap();
    assert!(runtime.block_on(drain_background(secs(5))).is_empty());
    assert_eq!(reports.one().message(), "failed: from another thread");
}

#[test]
fn c124_many_from_all_workers_all_run() {
    const EACH: usize = 500;
    on_both_runtimes(|| async {
        let log = Log::new();
        let callers = (0..4).map(|_| {
            let log = log.clone();
            tokio::spawn(async move {
                for _ in 0..EACH {
                    let log = log.clone();
                    background("c124 many", async move { log.note("ran") });
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        assert!(drain_background(Duration::MAX).await.is_empty());
        assert_eq!(log.text().split(' ').count(), 4 * EACH);
        until(|| alive("c124 many") == 0).await;
    });
    assert!(tasks().iter().all(|task| task.name() != "c124 many"));
}
