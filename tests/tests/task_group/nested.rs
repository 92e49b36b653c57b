//! Groups in groups, and in other constructs.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::sync::Notify;
use tokio::task::yield_now;
use weftwork::{Group, GroupError, OnFailure, context, gather, race, secs, task_group, timeout, with};
use weftwork_tests::{Log, Reports, after, on_both_runtimes, panic_within};

use crate::fails::noted;

/// What the outer group's children fail with: the whole error of the inner one.
#[derive(Debug)]
enum Outer {
    Inner(GroupError<String>),
    Own(&'static str),
}

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inner(error) => write!(f, "inside: {error}"),
            Self::Own(text) => f.write_str(text),
        }
    }
}

impl From<GroupError<String>> for Outer {
    fn from(error: GroupError<String>) -> Self {
        Self::Inner(error)
    }
}

#[test]
fn c108_the_error_of_an_inner_group_is_the_error_of_a_child_with_all_attached() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |outer: Group<Outer>| {
            let (inner, started) = (log.clone(), Arc::new(Notify::new()));
            let is_started = started.clone();
            outer.spawn(async move {
                with!(_ = noted(&inner, "sibling"), {
                    is_started.notify_one();
                    pending::<()>().await;
                })
                .await;
            });
            started.notified().await;
            outer.spawn_named("inner", async {
                task_group(async |inner: Group<String>| {
                    inner.spawn_named("one", async { Err::<(), _>("1") }).await.ok();
                    inner.spawn_named("two", async { Err::<(), _>("2") }).await.ok();
                    Ok(())
                })
                .on_failure(OnFailure::Collect)
                .await
            });
            pending::<Result<(), Outer>>().await
        })
        .await
        .unwrap_err();
        assert_eq!(log.text(), "sibling( sibling)");
        assert_eq!((error.len(), error.first().name()), (1, Some("inner")));
        assert!(error.to_string().contains("inside: the task `one`"), "{error}");
        assert!(error.to_string().contains("(and 1 more error)"), "{error}");
        let Outer::Inner(inner) = error.into_first() else { panic!("it is the inner group's") };
        assert_eq!(inner.iter().map(|one| one.name().unwrap()).collect::<Vec<_>>(), ["one", "two"]);
    });
}

#[test]
fn c108_in_the_body_it_is_the_error_of_the_body() {
    on_both_runtimes(|| async {
        let error = task_group(async |outer: Group<Outer>| {
            let gone = Log::new();
            let of_child = gone.clone();
            outer.spawn(async move {
                let _gone = of_child.on_drop("gone");
                pending::<Result<(), Outer>>().await
            });
            task_group(async |inner: Group<String>| {
                inner.spawn(async { Err::<(), _>("broken") });
                pending::<Result<(), String>>().await
            })
            .await?;
            Ok(())
        })
        .await
        .unwrap_err();
        assert!(error.first().is_of_body());
        assert!(matches!(error.into_first(), Outer::Inner(inner) if inner.first().error() == "broken"));
    });
}

#[test]
fn c108_the_outer_failure_cancels_the_inner_group_whole() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let error = task_group(async |outer: Group<Outer>| {
            let started = Arc::new(Notify::new());
            let (of_inner, is_started) = (log.clone(), started.clone());
            outer.spawn(async move {
                task_group(async |inner: Group<String>| {
                    let log = of_inner.clone();
                    inner.spawn(async move {
                        with!(_ = noted(&log, "grandchild"), {
                            is_started.notify_one();
                            pending::<()>().await;
                        })
                        .await;
                    });
                    Ok(())
                })
                .await
            });
            started.notified().await;
            outer.spawn(async { Err::<(), _>(Outer::Own("broken")) });
            pending::<Result<(), Outer>>().await
        })
        .await
        .unwrap_err();
        // The outer one has waited for the child of the inner one.
        assert_eq!(log.text(), "grandchild( grandchild)");
        assert!(matches!(error.into_first(), Outer::Own("broken")));
    });
}

#[test]
fn c108_a_panic_goes_through_both() {
    on_both_runtimes(|| async {
        let reports = Reports::of("c108 panic");
        let group = task_group(async |outer: Group<Outer>| {
            outer.spawn_named("c108 panic", async {
                task_group(async |inner: Group<String>| {
                    inner.spawn_named("c108 panic", async {
                        yield_now().await;
                        if true {
                            panic!("deep inside");
                        }
                    });
                    pending::<Result<(), String>>().await
                })
                .await
            });
            pending::<Result<(), Outer>>().await
        });
        assert_eq!(panic_within(group).await, "deep inside");
        assert!(reports.all().is_empty());
    });
}

#[test]
fn c93_a_child_of_an_inner_group_that_spawns_into_the_outer_one() {
    on_both_runtimes(|| async {
        let log = Log::new();
        task_group(async |outer: Group<String>| {
            let (into, log) = (outer.clone(), log.clone());
            outer.spawn(async move {
                task_group(async |inner: Group<String>| {
                    let (into, log) = (into.clone(), log.clone());
                    inner.spawn(async move {
                        let log = log.clone();
                        into.spawn(async move {
                            for _ in 0..8 {
                                yield_now().await;
                            }
                            log.note("in the outer one");
                        });
                    });
                    Ok(())
                })
                .await
                .map_err(GroupError::into_first)?;
                Ok::<_, String>(())
            });
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(log.text(), "in the outer one");
    });
}

#[test]
fn c94_groups_many_levels_deep() {
    type Level = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
    fn level(depth: u32, alive: Arc<AtomicUsize>) -> Level {
        Box::pin(async move {
            task_group(async |group: Group<String>| {
                for n in 0..2 {
                    let alive = alive.clone();
                    group.spawn(async move {
                        alive.fetch_add(1, SeqCst);
                        let _alive = Alive(alive.clone());
                        if depth > 0 {
                            return level(depth - 1, alive).await;
                        }
                        for _ in 0..n {
                            yield_now().await;
                        }
                        Err("at the bottom".into())
                    });
                }
                Ok(())
            })
            .await
            .map_err(GroupError::into_first)
        })
    }
    struct Alive(Arc<AtomicUsize>);
    impl Drop for Alive {
        fn drop(&mut self) {
            self.0.fetch_sub(1, SeqCst);
        }
    }
    on_both_runtimes(|| async {
        let alive = Arc::new(AtomicUsize::new(0));
        assert_eq!(level(6, alive.clone()).await.unwrap_err(), "at the bottom");
        assert_eq!(alive.load(SeqCst), 0);
    });
}

#[test]
fn c94_a_gather_of_groups() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let gone = log.clone();
        let good = task_group(async |group: Group<String>| {
            let gone = gone.clone();
            group.spawn(async move {
                with!(_ = noted(&gone, "other"), { pending::<()>().await }).await;
            });
            Ok(1)
        });
        let bad = task_group(async |group: Group<String>| {
            for _ in 0..8 {
                yield_now().await;
            }
            group.spawn(async { Err::<(), _>("broken") });
            Ok(2)
        });
        let error = gather!(good?, bad?).await.unwrap_err();
        assert_eq!(error.into_first(), "broken");
        // On workers it may not have begun.
        assert!(["", "other( other)"].contains(&log.text().as_str()), "{}", log.text());
    });
}

#[tokio::test(start_paused = true)]
async fn c92_groups_side_by_side_and_in_a_race() {
    let group = |ms| {
        task_group(async move |group: Group<String>| {
            group.spawn(after(ms, ()));
            Ok(ms)
        })
    };
    let (one, two) = gather!(group(10)?, group(20)?).await.unwrap();
    assert_eq!((one, two), (10, 20));
    assert_eq!(race!(group(50), group(30)).await.unwrap(), 30);
    let all = gather!(
        for ms in [3, 1, 2] {
            group(ms)?
        },
        spawn
    )
    .await
    .unwrap();
    assert_eq!(all, [3, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn c94_a_group_inside_of_a_context() {
    let log = Log::new();
    let work = async {
        with!(_ = noted(&log, "around"), {
            task_group(async |group: Group<String>| {
                let log = log.clone();
                group.spawn(async move {
                    with!(_ = noted(&log, "inside"), { after(10, Err::<(), _>("broken".to_owned())).await }).await
                });
                Ok(())
            })
            .await
            .map_err(GroupError::into_first)
        })
        .await
    };
    assert_eq!(work.await.unwrap_err(), "broken");
    assert_eq!(log.text(), "inside( inside) around( around)");
}

/// The clean-up of a context is itself a group.
#[tokio::test(start_paused = true)]
async fn c105_a_group_in_a_clean_up_runs_to_its_end() {
    let log = Log::new();
    let inner = log.clone();
    let context: weftwork::Context<()> = context!(async move {
        yield ();
        let group = task_group(async |group: Group<String>| {
            for word in ["one", "two"] {
                let log = inner.clone();
                group.spawn(async move {
                    after(10, ()).await;
                    log.note(word);
                });
            }
            Ok(())
        });
        group.await.unwrap();
        inner.note("end");
    });
    let work = async move { with!(_ = context, { pending::<()>().await }).await };
    assert!(timeout(secs(1), work).await.is_err());
    assert_eq!(log.text(), "one two end");
}
