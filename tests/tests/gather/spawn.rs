//! `spawn`: each child is a task.

use std::cell::Cell;
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::stream;
use weftwork::{Finished, Progress, gather};
use weftwork_tests::children::poll;
use weftwork_tests::{Log, after, spin, timed};

/// Counts itself until it is dropped.
struct Alive(Arc<AtomicUsize>);

impl Alive {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count.clone())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // Whoever does not wait for this comes too early.
        std::thread::sleep(Duration::from_millis(20));
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn c22_c37_outputs_in_input_order() {
    let gathered = gather!(
        for ms in [30, 10, 20] {
            after(ms, ms)
        },
        spawn
    );
    assert_eq!(timed(gathered).await, (vec![30, 10, 20], Duration::from_millis(30)));
    let none = gather!(
        for ms in Vec::new() {
            after(ms, ms)
        },
        spawn
    );
    assert_eq!(none.await, [0; 0]);
}

#[tokio::test]
async fn c37_each_child_is_a_task_of_its_own() {
    let own = tokio::task::id;
    let mut ids = gather!(
        for _ in 0..4 {
            async move { own() }
        },
        spawn
    )
    .await;
    ids.push(tokio::spawn(async move { own() }).await.unwrap());
    assert!((1..5).all(|n| !ids[n..].contains(&ids[n - 1])), "{ids:?}");
}

/// Each blocks its worker until the other has come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c37_children_run_at_the_same_time() {
    let together = Arc::new(Barrier::new(2));
    // The owner awaits in a task of its own, or it would hold one of the workers.
    let met = tokio::spawn(async move {
        gather!(
            for n in 0..2 {
                let together = together.clone();
                async move {
                    together.wait();
                    n
                }
            },
            spawn
        )
        .await
    });
    assert_eq!(met.await.unwrap(), [0, 1]);
}

/// They get on while their owner does something else.
#[tokio::test]
async fn c37_children_run_on_without_their_owner() {
    let log = Log::new();
    let mut gathered = Box::pin(gather!(
        for word in ["a", "b"] {
            let log = log.clone();
            async move {
                tokio::task::yield_now().await;
                log.note(word);
            }
        },
        spawn
    ));
    spin().await;
    assert_eq!(log.text(), "", "nothing starts before the first poll");
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    spin().await;
    assert_eq!(log.text().len(), 3, "both have ended");
    gathered.await;
}

#[tokio::test]
async fn c25_with_a_limit() {
    let running = Arc::new(AtomicUsize::new(0));
    let gathered = gather!(
        for n in 0..100 {
            let running = running.clone();
            async move {
                let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::task::yield_now().await;
                running.fetch_sub(1, Ordering::SeqCst);
                assert!(now <= 3, "{now} at once");
                n
            }
        },
        limit = 3,
        spawn
    );
    assert!(gathered.await.into_iter().eq(0..100));
}

#[tokio::test(start_paused = true)]
async fn c31_c32_other_input() {
    let words = stream::iter(["a", "bb"]);
    let lengths = gather!(
        for await word in words {
            async move { word.len() }
        },
        spawn
    );
    assert_eq!(lengths.await, [1, 2]);
    assert_eq!(gather!(..[after(20, 1), after(10, 2)], spawn).await, [1, 2]);
    let failed = gather!(..[after(20, Ok(1)), after(10, Err("late"))]?, spawn);
    assert_eq!(timed(failed).await, (Err("late"), Duration::from_millis(10)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c39_every_task_has_ended_before_the_error_is_seen() {
    let alive = Arc::new(AtomicUsize::new(0));
    let failed = gather!(
        for n in 0..5 {
            let resident = Alive::new(&alive);
            async move {
                if n == 3 {
                    tokio::task::yield_now().await;
                    return Err("failed");
                }
                pending::<()>().await;
                drop(resident);
                Ok(n)
            }?
        },
        spawn
    );
    assert_eq!((failed.await, alive.load(Ordering::SeqCst)), (Err("failed"), 0));
}

/// A task that is in the middle of a poll can not be cancelled before the end of it: it is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c39_a_busy_task_is_waited_for() {
    // Both block their workers: a wake by one that is busy would wait for it.
    let (begun, has_begun) = mpsc::channel();
    let over = Arc::new(AtomicBool::new(false));
    let (flag, failing) = (over.clone(), async move {
        has_begun.recv().unwrap();
        Err("failed")
    });
    let busy = async move {
        begun.send(()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        flag.store(true, Ordering::SeqCst);
        pending::<Result<(), _>>().await
    };
    let failed = gather!(..[busy.boxed(), failing.boxed()]?, spawn);
    assert_eq!((failed.await, over.load(Ordering::SeqCst)), (Err("failed"), true));
}

/// Too late to be cancelled, it comes to its end: the output that nobody takes is gone too before the error is seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c39_an_output_that_comes_too_late_is_gone_as_well() {
    // Both block their workers: a wake by one that is busy would wait for it.
    let (begun, has_begun) = mpsc::channel();
    let alive = Arc::new(AtomicUsize::new(0));
    let (counted, failing) = (alive.clone(), async move {
        has_begun.recv().unwrap();
        Err("failed")
    });
    let busy = async move {
        begun.send(()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        Ok(Alive::new(&counted))
    };
    // Not in a task, which a busy worker would keep for itself.
    let failed = gather!(..[busy.boxed(), failing.boxed()]?, spawn);
    assert_eq!((failed.await.err(), alive.load(Ordering::SeqCst)), (Some("failed"), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c39_every_task_has_ended_before_the_outputs_are_seen() {
    let alive = Arc::new(AtomicUsize::new(0));
    for _ in 0..5 {
        let gathered = gather!(
            for n in 0..4 {
                let resident = Alive::new(&alive);
                async move {
                    tokio::task::yield_now().await;
                    let _resident = resident;
                    n
                }
            },
            spawn
        );
        assert_eq!((gathered.await, alive.load(Ordering::SeqCst)), (vec![0, 1, 2, 3], 0));
    }
}

/// With the children that were never started, the input is gone too.
#[tokio::test]
async fn c39_with_a_limit_the_rest_is_never_started() {
    let alive = Arc::new(AtomicUsize::new(0));
    let started = Cell::new(0);
    let residents: Vec<Alive> = (0..6).map(|_| Alive::new(&alive)).collect();
    let failed = gather!(
        for (n, resident) in residents.into_iter().enumerate() {
            started.set(started.get() + 1);
            async move {
                tokio::task::yield_now().await;
                drop(resident);
                if n == 1 { Err(n) } else { Ok(n) }
            }?
        },
        limit = 2,
        spawn
    );
    assert_eq!((failed.await, alive.load(Ordering::SeqCst)), (Err(1), 0));
    assert!(started.get() <= 3, "{}", started.get());
}

#[derive(Debug, PartialEq)]
struct Payload(u8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c40_a_panic_goes_on_with_its_payload_when_all_tasks_have_ended() {
    let alive = Arc::new(AtomicUsize::new(0));
    let gathered = gather!(
        for n in 0..5 {
            let resident = Alive::new(&alive);
            async move {
                if n == 3 {
                    tokio::task::yield_now().await;
                    std::panic::resume_unwind(Box::new(Payload(7)));
                }
                pending::<()>().await;
                drop(resident);
            }
        },
        spawn
    );
    let payload = AssertUnwindSafe(gathered).catch_unwind().await.expect_err("it panics");
    assert_eq!((payload.downcast_ref(), alive.load(Ordering::SeqCst)), (Some(&Payload(7)), 0));
}

/// A panic in a destructor is one as well.
#[tokio::test]
async fn c40_a_panic_in_the_destructor_of_a_child() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new(Payload(8)));
        }
    }
    // Not a local of its body, which would be dropped in its last poll.
    let child = {
        let bomb = Bomb;
        std::future::poll_fn(move |_| {
            let _ = &bomb;
            Poll::Ready(())
        })
    };
    let gathered = gather!(..[child], spawn);
    let payload = AssertUnwindSafe(gathered).catch_unwind().await.expect_err("it panics");
    assert_eq!(payload.downcast_ref(), Some(&Payload(8)));
}

/// Runs one of the tests below in a process of its own, and gives what it wrote to stderr.
fn stderr_of(test: &str) -> String {
    let mut run = Command::new(std::env::current_exe().unwrap());
    let output = run.args(["--exact", &format!("spawn::{test}"), "--ignored", "--nocapture"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{said}");
    said
}

/// Whether the gather has seen a child fail.
struct Seen(Arc<AtomicBool>);

impl Progress for Seen {
    fn finished(&mut self, _: Finished) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Children of which the first fails when all of them are in the middle of their last poll; the others end when that is seen.
async fn fail_together(last: impl Fn(usize) -> Result<(), String> + Copy + Send + 'static) -> Result<Vec<()>, String> {
    let (begun, seen) = (Arc::new(Barrier::new(3)), Arc::new(AtomicBool::new(false)));
    let children: Vec<_> = (0..3)
        .map(|n| {
            let (begun, seen) = (begun.clone(), seen.clone());
            async move {
                begun.wait();
                while n > 0 && !seen.load(Ordering::SeqCst) {
                    std::thread::yield_now();
                }
                last(n)
            }
        })
        .collect();
    gather!(..children?, spawn, progress = Seen(seen)).await
}

#[test]
fn c40_further_failures_are_reported() {
    let said = stderr_of("fails_three_times");
    assert_eq!(said.matches("weftwork: ").count(), 2, "{said}");
    assert_eq!(said.matches("nobody looked at its `alloc::string::String`").count(), 2, "{said}");
    assert!(said.rfind("weftwork: ") < said.find("seen: failed 0"), "{said}");
    let said = stderr_of("fails_and_panics_twice");
    assert_eq!(said.matches("weftwork: ").count(), 2, "{said}");
    assert!(said.contains("nobody looked at that: panicked 1"), "{said}");
    assert!(said.contains("nobody looked at that: panicked 2"), "{said}");
    let said = stderr_of("cancels_two");
    assert_eq!(said.matches("weftwork: ").count(), 0, "a child that was cancelled has not failed: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "a part of c40_further_failures_are_reported"]
async fn fails_three_times() {
    eprintln!("seen: {}", fail_together(|n| Err(format!("failed {n}"))).await.unwrap_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "a part of c40_further_failures_are_reported"]
async fn fails_and_panics_twice() {
    // What the default hook writes would come in between.
    std::panic::set_hook(Box::new(|_| {}));
    let failed = fail_together(|n| {
        assert!(n == 0, "panicked {n}");
        Err(String::from("failed"))
    });
    assert_eq!(failed.await, Err("failed".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "a part of c40_further_failures_are_reported"]
async fn cancels_two() {
    let failed = fail_together(|n| if n == 0 { Err(String::from("failed")) } else { Ok(()) });
    assert_eq!(failed.await, Err("failed".into()));
}

#[tokio::test]
async fn c41_dropping_it_cancels_the_tasks_at_once() {
    let log = Log::new();
    let mut gathered = Box::pin(gather!(
        for word in ["a", "b"] {
            let (log, gone) = (log.clone(), log.on_drop(word));
            async move {
                log.note("started");
                pending::<()>().await;
                drop(gone);
            }
        },
        spawn
    ));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    spin().await;
    drop(gathered);
    assert_eq!(log.text(), "started started");
    spin().await;
    assert_eq!(log.text(), "started started a b");
}

#[tokio::test]
async fn c41_before_its_first_poll() {
    let log = Log::new();
    let gathered = gather!(
        for word in ["a"] {
            let gone = log.on_drop(word);
            async move { drop(gone) }
        },
        spawn
    );
    drop(gathered);
    spin().await;
    assert_eq!(log.text(), "", "the body is not evaluated before there is a poll");
}

#[test]
fn c42_without_a_runtime_it_panics_at_the_callers_line() {
    let hook = std::panic::take_hook();
    let (send, receive) = mpsc::channel();
    std::panic::set_hook(Box::new(move |info| {
        let _ = send.send(info.location().map(|at| (at.file().to_owned(), at.line())));
    }));
    let mut line = 0;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        line = line!() + 1;
        drop(gather!(
            for n in 0..3 {
                ready(n)
            },
            spawn
        ));
    }));
    std::panic::set_hook(hook);
    let payload = outcome.expect_err("it panics");
    let message = payload.downcast_ref::<&str>().expect("a text");
    assert!(message.contains("`spawn`") && message.contains("runtime"), "{message}");
    let places: Vec<_> = receive.try_iter().flatten().collect();
    assert!(places.iter().any(|(file, at)| file.ends_with("spawn.rs") && *at == line), "{places:?}, not line {line}");
}

/// Without `spawn` any executor will do.
#[test]
fn c42_without_spawn_there_needs_to_be_no_runtime() {
    let gathered = gather!(for n in 0..3 {
        ready(n)
    });
    assert_eq!(futures::executor::block_on(gathered), [0, 1, 2]);
}

/// A runtime that is gone runs nothing: that is told, and nobody waits for ever.
#[test]
fn c89_a_runtime_that_shuts_down() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let entered = runtime.enter();
    let mut gathered = Box::pin(gather!(
        for _ in 0..2 {
            pending::<()>()
        },
        spawn
    ));
    drop(entered);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    drop(runtime);
    let outcome = catch_unwind(AssertUnwindSafe(|| futures::executor::block_on(gathered)));
    let payload = outcome.expect_err("it panics");
    let message = payload.downcast_ref::<&str>().expect("a text");
    assert!(message.contains("shut down"), "{message}");
}

#[tokio::test]
async fn c18_polled_again_it_panics_by_name() {
    let mut gathered = pin!(gather!(
        for n in 0..2 {
            ready(n)
        },
        spawn
    ));
    assert_eq!(gathered.as_mut().await, [0, 1]);
    let payload = AssertUnwindSafe(gathered).catch_unwind().await.expect_err("it panics");
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "`gather!` was polled after it had returned");
}

/// A child may gather with tasks of its own.
#[tokio::test(start_paused = true)]
async fn c34_inside_one_another() {
    let gathered = gather!(
        for row in 0..3_u64 {
            async move {
                gather!(
                    for column in 0..3_u64 {
                        after(10 - column, row * 10 + column)
                    },
                    spawn
                )
                .await
            }
        },
        limit = 2,
        spawn
    );
    let expected: Vec<Vec<u64>> = (0..3).map(|row| (0..3).map(|column| row * 10 + column).collect()).collect();
    assert_eq!(timed(gathered).await, (expected, Duration::from_millis(20)));
}
