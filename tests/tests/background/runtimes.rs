//! Several runtimes, and the end of one.

use std::future::pending;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use weftwork::{Restart, background, background_with_restart, drain_background, secs, with};
use weftwork_tests::{Log, Reports, spin};

use super::kit::{alive, noted, turns};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn c126_only_those_of_this_runtime_are_ended() {
    let (here, there) = (runtime(), runtime());
    let log = Log::new();
    let dropped = log.on_drop("there");
    there.block_on(async {
        background("c126 there", async move {
            let _dropped = dropped;
            pending::<()>().await;
        });
        turns().await;
    });
    let dropped = log.on_drop("here");
    here.block_on(async {
        background("c126 here", async move {
            let _dropped = dropped;
            pending::<()>().await;
        });
        turns().await;
        assert!(drain_background(secs(1)).await.is_empty());
        assert!(drain_background(Duration::MAX).await.is_empty());
    });
    assert_eq!((log.text().as_str(), alive("c126 here"), alive("c126 there")), ("here", 0, 1));
    assert!(there.block_on(drain_background(Duration::ZERO)).is_empty());
    assert_eq!((log.text().as_str(), alive("c126 there")), ("here there", 0));
}

#[test]
fn c85_the_end_of_the_runtime_ends_it_without_a_report() {
    let reports = Reports::of("c85 end");
    let log = Log::new();
    for _ in 0..2 {
        let runtime = runtime();
        let (one, two) = (log.on_drop("one"), log.on_drop("two"));
        runtime.block_on(async {
            background("c85 end", async move {
                let _one = one;
                pending::<Result<(), String>>().await
            });
            background_with_restart("c85 end", Restart::new(), move || {
                let _ = &two;
                pending::<()>()
            });
            turns().await;
        });
        assert_eq!(alive("c85 end"), 2);
        drop(runtime);
        assert_eq!(alive("c85 end"), 0);
    }
    let mut words: Vec<String> = log.text().split(' ').map(str::to_owned).collect();
    words.sort_unstable();
    assert_eq!(words, ["one", "one", "two", "two"]);
    assert!(reports.all().is_empty(), "{:?}", reports.all());
    // Another runtime has nothing of it.
    assert!(runtime().block_on(drain_background(Duration::MAX)).is_empty());
}

#[test]
fn c89_on_a_runtime_that_has_ended_the_work_is_dropped() {
    let reports = Reports::of("c89 late");
    let runtime = runtime();
    let handle = runtime.handle().clone();
    drop(runtime);
    let log = Log::new();
    let dropped = log.on_drop("dropped");
    let _entered = handle.enter();
    background("c89 late", async move { drop(dropped) });
    background_with_restart("c89 late", Restart::new(), async || {});
    assert_eq!((log.text().as_str(), alive("c89 late")), ("dropped", 0));
    assert!(reports.all().is_empty(), "{:?}", reports.all());
}

/// From a destructor that runs while the runtime ends.
#[test]
fn c89_called_while_the_runtime_ends() {
    struct Calls(Log);
    impl Drop for Calls {
        fn drop(&mut self) {
            let dropped = self.0.on_drop("dropped");
            background("c89 ending", async move { drop(dropped) });
        }
    }
    let runtime = runtime();
    let log = Log::new();
    let calls = Calls(log.clone());
    runtime.block_on(async {
        background("c89 caller", async move {
            let _calls = calls;
            pending::<()>().await;
        });
        spin().await;
    });
    drop(runtime);
    assert_eq!((log.text().as_str(), alive("c89 ending"), alive("c89 caller")), ("dropped", 0, 0));
}

/// Both have time to end, each on its own runtime, and at the same moment.
#[test]
fn c126_two_runtimes_drain_side_by_side() {
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
                let log = Log::new();
                let inner = log.clone();
                runtime
                    .block_on(runtime.spawn(async move {
                        for _ in 0..100 {
                            let context = noted(&inner, "x");
                            background("c126 side by side", with!(_ = context, { turns().await }));
                        }
                        assert!(drain_background(Duration::MAX).await.is_empty());
                    }))
                    .unwrap();
                assert_eq!(log.text().matches("x)").count(), 100);
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(alive("c126 side by side"), 0);
}
