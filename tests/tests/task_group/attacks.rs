//! Destructors that panic, errors that can not be shown, and ends at an awkward moment: nothing is lost, and nothing is left.

use std::fmt;
use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{Notify, oneshot};
use tokio::task::{block_in_place, yield_now};
use tokio::time::{Instant, sleep};
use weftwork::{
    Context, Group, OnFailure, ReportKind, Task, TaskError, clean_ups, context, drain, millis, secs, spawn, task_group, tasks,
    timeout, with,
};
use weftwork_tests::{Log, Reports, on_both_runtimes, panic_of, panic_within, poll_once, spin, timed};

use crate::fails::noted;

/// Panics when it is dropped.
#[derive(Debug)]
struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        // One that meets another panic on its way would end the process.
        if !std::thread::panicking() {
            panic!("{}", self.0);
        }
    }
}

/// Fails, and panics where it is dropped behind that.
struct FailsAndPanics(#[allow(dead_code, reason = "for its destructor")] Bomb);

impl Future for FailsAndPanics {
    type Output = Result<(), &'static str>;

    fn poll(self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Err("the error"))
    }
}

/// The error of a group that can not be shown.
#[derive(Debug)]
struct Mute;

impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it can not be shown")
    }
}

impl From<String> for Mute {
    fn from(_: String) -> Self {
        Self
    }
}

/// With a clean-up that takes so long.
fn slow(clean_up: Duration) -> Context<()> {
    context!(async move {
        yield ();
        sleep(clean_up).await;
    })
}

/// What the caller of a group and the hook got to know, in one text.
async fn told<T: fmt::Debug>(group: impl Future<Output = T>, reports: &Reports) -> String {
    let ended = AssertUnwindSafe(group).catch_unwind().await.map_err(|payload| panic_of(|| std::panic::resume_unwind(payload)));
    // What nobody got is reported with the output of the child, a moment behind its end.
    spin().await;
    format!("{ended:?} {:?}", reports.all())
}

/// It has nobody to go to but the hook.
#[test]
fn c101_the_destructor_of_a_cancelled_child_panics_in_a_group_that_ignores() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c101 ignored bomb");
        let value = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            let is_started = started.clone();
            let child = group.spawn_named("c101 ignored bomb", async move {
                let _bomb = Bomb("in a destructor");
                is_started.notify_one();
                pending::<()>().await;
            });
            started.notified().await;
            child.cancel().await;
            Ok(3)
        })
        .on_failure(OnFailure::Ignore)
        .await;
        assert_eq!(value.unwrap(), 3);
        assert_eq!(reports.one().kind(), ReportKind::TaskPanicked);
    });
}

#[tokio::test]
async fn c101_the_error_of_a_child_whose_destructor_panics_is_told() {
    for policy in [OnFailure::Cancel, OnFailure::Collect, OnFailure::Ignore] {
        let reports = Reports::of("c101 error and bomb");
        let group = task_group(async |group: Group<String>| {
            group.spawn_named("c101 error and bomb", FailsAndPanics(Bomb("the bomb")));
            Ok(())
        })
        .on_failure(policy);
        let told = told(group, &reports).await;
        assert!(told.contains("the bomb") && told.contains("the error"), "{policy:?}: {told}");
    }
}

#[tokio::test]
async fn c101_the_panic_of_the_body_is_kept_where_an_error_can_not_be_shown() {
    let group = task_group(async |group: Group<Mute>| {
        group.spawn(async { Err::<(), _>(String::from("first")) });
        spin().await;
        if group.is_open() {
            panic!("of the body");
        }
        Ok(())
    })
    .on_failure(OnFailure::Collect);
    assert_eq!(panic_within(group).await, "of the body");
}

/// As it is with what a child holds while it runs.
#[test]
fn c109_the_output_of_a_child_is_gone_with_its_group() {
    on_both_runtimes(|| async {
        for _ in 0..20 {
            let log = Log::new();
            task_group(async |group: Group<String>| {
                let output = log.on_drop("gone");
                group.spawn(async move { Ok::<_, String>(output) });
                Ok(())
            })
            .await
            .unwrap();
            assert_eq!(log.text(), "gone");
        }
    });
}

#[tokio::test]
async fn c101_the_panic_of_the_destructor_of_an_output_is_told() {
    let reports = Reports::of("c101 output");
    let group = task_group(async |group: Group<String>| {
        group.spawn_named("c101 output", async { Ok::<_, String>(Bomb("in an output")) });
        Ok(())
    });
    let told = told(group, &reports).await;
    assert!(told.contains("in an output"), "{told}");
}

#[tokio::test]
async fn c101_errors_are_told_where_the_destructor_of_the_value_panics() {
    let reports = Reports::of("c101 value");
    let group = task_group(async |group: Group<String>| {
        group.spawn_named("c101 value", async { Err::<(), _>("the error") });
        Ok(Bomb("in the value"))
    })
    .on_failure(OnFailure::Collect);
    let told = told(group, &reports).await;
    assert!(told.contains("the error"), "{told}");
}

#[tokio::test]
async fn c101_errors_are_told_where_the_destructor_of_the_value_panics_in_a_drop() {
    let reports = Reports::of("c101 value dropped");
    let mut group = Box::pin(
        task_group(async |group: Group<String>| {
            group.spawn_named("c101 value dropped", async { Err::<(), _>("the error") });
            group.spawn(pending::<()>());
            Ok(Bomb("in the value"))
        })
        .on_failure(OnFailure::Collect),
    );
    assert!(poll_once(group.as_mut()).is_pending());
    spin().await;
    assert_eq!(panic_of(|| drop(group)), "in the value");
    assert_eq!(reports.one().message(), "failed: the error");
}

/// The group is in the task, so that a wait for the task would wait for itself.
#[tokio::test(start_paused = true)]
async fn c106_a_task_that_lets_itself_go_in_the_body_of_a_group() {
    let (start, log, place) = (Instant::now(), Log::new(), Arc::<Mutex<Option<Task<()>>>>::default());
    let (dropped, own) = (log.on_drop("dropped"), place.clone());
    let task = spawn(async move {
        let group = task_group(async move |_: Group<String>| {
            let _dropped = dropped;
            drop(own.lock().unwrap().take());
            pending::<Result<(), String>>().await
        });
        group.await.unwrap();
    });
    *place.lock().unwrap() = Some(task);
    spin().await;
    assert_eq!(drain(secs(60)).await.len(), 0);
    assert_eq!((log.text().as_str(), start.elapsed()), ("dropped", Duration::ZERO), "it does not wait for itself");
}

#[tokio::test(start_paused = true)]
async fn c98_a_group_waits_for_the_clean_ups_of_a_child_that_its_handle_has_cancelled() {
    let log = Log::new();
    let context = noted(&log, "child");
    task_group(async |group: Group<String>| {
        let child = group.spawn(with!(_ = context, { pending::<()>().await }));
        spin().await;
        // Nobody waits for it.
        drop(child.cancel());
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(log.text(), "child( child)");
}

/// The closure runs before there is a future that the grace could be around.
#[tokio::test(start_paused = true)]
async fn c92_what_the_closure_spawns_has_the_grace_of_the_group() {
    let gives_up = async {
        let stuck = with!(_ = slow(secs(5)), { pending::<()>().await });
        timed(timeout(millis(1), stuck)).await.1
    };
    let took = task_group(|_: Group<TaskError>| spawn(gives_up)).grace(secs(1)).await;
    assert_eq!(took.unwrap(), millis(1001));
}

/// Its group has given it up, on both ways out: who looks for what runs finds it all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c106_a_child_that_was_given_up_is_still_listed() {
    for is_cancelled in [false, true] {
        let (go_on, gone_on) = mpsc::channel::<()>();
        let inner = |has_begun: oneshot::Sender<()>, then: oneshot::Receiver<()>| {
            task_group(async move |group: Group<String>| {
                group.spawn_named("c106 given up", async move {
                    has_begun.send(()).unwrap();
                    // It can not be stopped. Whom it has woken goes to another worker.
                    let _ = block_in_place(|| gone_on.recv());
                });
                then.await.map_err(|_| "the body".into())
            })
            .grace(Duration::ZERO)
        };
        let (has_begun, begun) = oneshot::channel();
        let (fail, then) = oneshot::channel();
        if is_cancelled {
            let outer = task_group(async |group: Group<String>| {
                group.spawn(async move {
                    begun.await.unwrap();
                    Err::<(), _>("the outer one")
                });
                inner(has_begun, then).await.map_err(|error| error.to_string())
            });
            outer.grace(Duration::ZERO).await.unwrap_err();
        } else {
            let failing = async {
                begun.await.unwrap();
                drop(fail);
            };
            tokio::join!(inner(has_begun, then), failing).0.unwrap_err();
        }
        let is_listed = || tasks().iter().any(|task| task.name() == "c106 given up");
        assert!(clean_ups().iter().any(|left| left.name() == "c106 given up"), "cancelled: {is_cancelled}");
        assert!(is_listed(), "cancelled: {is_cancelled}");
        drop(go_on);
        while is_listed() {
            yield_now().await;
        }
    }
}

/// There will be no place any more, and a child that still cleans up has the only one.
#[tokio::test(start_paused = true)]
async fn c102_ready_does_not_wait_where_the_group_takes_no_more() {
    let start = Instant::now();
    let (hand_out, handed_out) = oneshot::channel();
    let group = task_group(async move |group: Group<String>| {
        group.spawn(with!(_ = slow(secs(5)), { pending::<()>().await }));
        let clone = group.clone();
        let waiting = tokio::spawn(async move {
            clone.ready().await;
            (start.elapsed(), clone.is_open())
        });
        spin().await;
        assert!(!waiting.is_finished());
        hand_out.send(waiting).unwrap();
        Err::<(), _>(String::from("the body"))
    });
    group.limit(1).await.unwrap_err();
    assert_eq!(start.elapsed(), secs(5));
    assert_eq!(handed_out.await.unwrap().await.unwrap(), (Duration::ZERO, false));
}
