//! A child or the body fails, and the group ends for that.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use tokio::sync::Notify;
use tokio::task::yield_now;
use weftwork::{Child, Context, Group, TaskError, context, task_group, with};
use weftwork_tests::{Log, Reports, on_both_runtimes};

/// Its clean-up takes some turns.
pub(crate) fn noted(log: &Log, name: &'static str) -> Context<()> {
    let log = log.clone();
    let context: Context<()> = context!(async move {
        yield ();
        log.note(format!("{name}("));
        for _ in 0..8 {
            yield_now().await;
        }
        log.note(format!("{name})"));
    });
    context
}

#[test]
fn c94_the_first_error_cancels_and_cleans_up_the_others_and_stops_the_body() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            let _body = log.on_drop("body");
            let started = Arc::new(Notify::new());
            group.spawn({
                let (log, started) = (log.clone(), started.clone());
                async move {
                    with!(_ = noted(&log, "sibling"), {
                        started.notify_one();
                        pending::<()>().await;
                    })
                    .await;
                }
            });
            started.notified().await;
            group.spawn_named("broken", async { Err::<(), _>("broken") });
            pending::<()>().await;
            log.note("the body went on");
            Ok(())
        })
        .await
        .unwrap_err();
        log.note("returned");
        assert_eq!((error.len(), error.first().name()), (1, Some("broken")));
        assert_eq!(error.first().error(), "broken");
        assert!(!error.first().is_of_body());
        let text = log.text();
        // The body and the sibling are both cancelled; which one goes first is nobody's business.
        assert!(text.contains("body") && text.contains("sibling( "), "{text}");
        assert!(text.ends_with("returned") && !text.contains("went on"), "{text}");
        assert!(text.find("sibling)").unwrap() < text.find("returned").unwrap(), "{text}");
    });
}

#[test]
fn c94_the_body_is_dropped_where_it_stands_and_cleaned_up() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            with!(_ = noted(&log, "body"), {
                group.spawn(async { Err::<(), _>("broken") });
                pending::<()>().await;
            })
            .await;
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(error.into_first(), "broken");
        assert_eq!(log.text(), "body( body)");
    });
}

/// Children that are polled while another one fails can not be cancelled any more, and their errors come after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c94_errors_are_attached_in_the_order_in_which_they_came() {
    let reports = Reports::of("c94 second");
    for _ in 0..20 {
        let error = task_group(async |group: Group<String>| {
            let (second_is_polled, third_is_polled) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
            // On a worker each: what stands in a poll, stands on a thread.
            group.spawn_named("third", {
                let (group, polled) = (group.clone(), third_is_polled.clone());
                async move {
                    polled.store(true, SeqCst);
                    while group.is_open() || group.len() > 1 {
                        thread::yield_now();
                    }
                    Err::<(), _>("3")
                }
            });
            group.spawn_named("c94 second", {
                let (group, polled) = (group.clone(), second_is_polled.clone());
                async move {
                    polled.store(true, SeqCst);
                    while group.is_open() || group.len() > 2 {
                        thread::yield_now();
                    }
                    Err::<(), _>("2")
                }
            });
            while !(second_is_polled.load(SeqCst) && third_is_polled.load(SeqCst)) {
                yield_now().await;
            }
            group.spawn_named("first", async { Err::<(), _>("1") });
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        let names: Vec<_> = error.iter().map(|child| child.name().unwrap().to_owned()).collect();
        assert_eq!(names, ["first", "c94 second", "third"]);
        assert!(error.to_string().ends_with("failed: 1 (and 2 more errors)"), "{error}");
        assert_eq!(error.into_errors().collect::<Vec<_>>(), ["1", "2", "3"]);
    }
    // W45: what is attached counts as looked at.
    assert!(reports.all().is_empty());
}

#[test]
fn c94_a_child_that_fails_in_the_poll_in_which_the_group_was_cancelled() {
    on_both_runtimes(|| async {
        let error = task_group(async |group: Group<String>| {
            let inner = group.clone();
            group.spawn_named("late", async move {
                inner.cancel();
                Err::<(), _>("late")
            });
            while group.is_open() {
                yield_now().await;
            }
            Ok("the value of the body")
        })
        .await
        .unwrap_err();
        assert_eq!(error.into_first(), "late");
    });
}

#[test]
fn c94_a_failure_while_the_group_already_waits() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            let inner = log.clone();
            group.spawn(async move {
                let _gone = inner.on_drop("gone");
                pending::<()>().await;
            });
            group.spawn(async {
                for _ in 0..8 {
                    yield_now().await;
                }
                Err::<(), _>("late")
            });
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(error.into_first(), "late");
        assert!(matches!(log.text().as_str(), "gone"), "{}", log.text());
    });
}

#[test]
fn c96_the_body_fails_first() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |group: Group<String>| {
            let started = Arc::new(Notify::new());
            let (inner, is_started) = (log.clone(), started.clone());
            group.spawn(async move {
                with!(_ = noted(&inner, "child"), {
                    is_started.notify_one();
                    pending::<()>().await;
                })
                .await;
            });
            started.notified().await;
            Err::<(), _>("body".to_owned())
        })
        .await
        .unwrap_err();
        assert_eq!(log.text(), "child( child)");
        assert_eq!(error.len(), 1);
        assert!(error.first().is_of_body());
        assert_eq!((error.first().name(), error.first().id(), error.first().site()), (None, None, None));
        assert_eq!(error.to_string(), "the body of the group failed: body");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c96_a_child_that_fails_behind_the_body_is_attached() {
    let error = task_group(async |group: Group<String>| {
        let (polled, inner) = (Arc::new(AtomicBool::new(false)), group.clone());
        group.spawn_named("child", {
            let polled = polled.clone();
            async move {
                polled.store(true, SeqCst);
                while inner.is_open() {
                    thread::yield_now();
                }
                Err::<(), _>("child")
            }
        });
        while !polled.load(SeqCst) {
            yield_now().await;
        }
        Err::<(), _>("body".to_owned())
    })
    .await
    .unwrap_err();
    assert_eq!(error.iter().map(weftwork::ChildError::is_of_body).collect::<Vec<_>>(), [true, false]);
    assert_eq!(error.into_errors().collect::<Vec<_>>(), ["body", "child"]);
}

/// The body is not polled any more once the group has failed: it sees a failure only where that comes while it is polled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c97_a_failure_that_the_body_saw_still_ends_the_group() {
    let log = Log::new();
    let error = task_group(async |group: Group<String>| {
        let child = group.spawn_named("child", async { Err::<u8, _>("broken") });
        while !child.is_finished() {
            thread::yield_now();
        }
        let seen = child.await.unwrap_err();
        assert!(seen.is_failure() && !seen.is_panic() && !seen.is_cancelled());
        assert_eq!((seen.message().as_deref(), seen.name()), (Some("broken"), Some("child")));
        log.note("seen");
        // Here it ends.
        pending::<()>().await;
        Ok(())
    })
    .await
    .unwrap_err();
    assert_eq!(log.text(), "seen");
    assert_eq!(error.into_first(), "broken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c97_a_body_that_returns_well_after_it_saw_a_failure() {
    let error = task_group(async |group: Group<String>| {
        let child = group.spawn(async { Err::<u8, _>("broken") });
        while !child.is_finished() {
            thread::yield_now();
        }
        assert!(child.await.is_err());
        Ok(1)
    })
    .await
    .unwrap_err();
    assert_eq!((error.len(), error.into_first().as_str()), (1, "broken"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c97_a_body_that_passes_the_failure_on() {
    let error = task_group(async |group: Group<Box<dyn std::error::Error + Send + Sync>>| {
        let child = group.spawn(async { "x".parse::<u8>() });
        while !child.is_finished() {
            thread::yield_now();
        }
        Ok(child.await??)
    })
    .await
    .unwrap_err();
    // The child's own comes first, what the body made of it is attached.
    assert_eq!(error.len(), 2);
    assert!(!error.first().is_of_body());
    let mut all = error.into_iter();
    assert!(all.next().unwrap().into_error().downcast::<std::num::ParseIntError>().is_ok());
    let of_body = all.next().unwrap();
    assert!(of_body.is_of_body());
    assert!(of_body.into_error().downcast::<TaskError>().unwrap().is_failure());
}

/// The handle is awaited by somebody who is not cancelled for that.
#[test]
fn c97_a_failure_that_others_see_through_the_handle() {
    on_both_runtimes(|| async {
        let (hand_out, handed_out) = tokio::sync::oneshot::channel();
        let outside = tokio::spawn(async move {
            let child: Child<Result<u8, &'static str>> = handed_out.await.unwrap();
            child.await.unwrap_err()
        });
        let error = task_group(async |group: Group<String>| {
            assert!(hand_out.send(group.spawn_named("child", async { Err("broken") })).is_ok());
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        let seen: TaskError = outside.await.unwrap();
        assert!(seen.is_failure() && seen.id() == error.first().id().unwrap());
        assert!(seen.to_string().ends_with("failed: broken"), "{seen}");
        assert_eq!(error.into_first(), "broken");
    });
}
