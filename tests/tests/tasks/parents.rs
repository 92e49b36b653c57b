//! Who has spawned whom.

use std::future::{Future, pending};
use std::time::Duration;

use tokio::sync::oneshot;
use weftwork::{Context, Group, background, context, drain_background, gather, race, secs, spawn, task_group, timeout, with};
use weftwork_tests::{on_both_runtimes, poll_once, spin};

use super::kit::{alive, one, parent_of, until};

/// Spawns one of this name, says so, and stays.
async fn spawns(name: &'static str, said: oneshot::Sender<()>) {
    let _inner = spawn(pending::<()>()).named(name);
    said.send(()).unwrap();
    pending::<()>().await;
}

/// Lives as a task named `outer`, and in that `inner`. Gives who is the parent of it.
async fn parent_in<F: Future<Output = ()> + Send + 'static>(
    outer: &'static str,
    inner: &'static str,
    wrap: impl FnOnce(oneshot::Sender<()>) -> F,
) -> Option<String> {
    let (said, is_said) = oneshot::channel();
    let task = spawn(wrap(said)).named(outer);
    is_said.await.unwrap();
    let parent = parent_of(inner);
    task.cancel().await;
    until(|| alive(inner) == 0).await;
    parent
}

#[test]
fn a_task_in_a_task() {
    on_both_runtimes(|| async {
        let parent = parent_in("parents task", "parents inner", |said| spawns("parents inner", said)).await;
        assert_eq!(parent.as_deref(), Some("parents task"));
    });
}

#[test]
fn outside_of_all_tasks_there_is_none() {
    on_both_runtimes(|| async {
        let task = spawn(pending::<()>()).named("parents outside");
        assert_eq!(one("parents outside").parent(), None);
        task.cancel().await;
    });
}

#[test]
fn through_what_runs_inline() {
    on_both_runtimes(|| async {
        let of_gather = parent_in("parents gather", "parents in gather", |said| async {
            gather!(spawns("parents in gather", said), pending::<()>()).await;
        });
        assert_eq!(of_gather.await.as_deref(), Some("parents gather"));
        let of_comprehension = parent_in("parents for", "parents in for", |said| async {
            let mut said = Some(said);
            gather!(for _ in 0..1 {
                spawns("parents in for", said.take().unwrap())
            })
            .await;
        });
        assert_eq!(of_comprehension.await.as_deref(), Some("parents for"));
        let of_race = parent_in("parents race", "parents in race", |said| async {
            race!(pending::<()>(), spawns("parents in race", said)).await;
        });
        assert_eq!(of_race.await.as_deref(), Some("parents race"));
        let of_timeout = parent_in("parents timeout", "parents in timeout", |said| async {
            timeout(secs(3600), spawns("parents in timeout", said)).await.unwrap();
        });
        assert_eq!(of_timeout.await.as_deref(), Some("parents timeout"));
        let of_join = parent_in("parents join", "parents in join", |said| async {
            tokio::join!(spawns("parents in join", said), pending::<()>());
        });
        assert_eq!(of_join.await.as_deref(), Some("parents join"));
    });
}

/// Spawns one in its clean-up, and ends.
fn spawns_in_the_clean_up(said: oneshot::Sender<Option<String>>) -> Context<()> {
    context!(async move {
        yield ();
        let inner = spawn(pending::<()>()).named("parents in clean-up");
        said.send(parent_of("parents in clean-up")).unwrap();
        inner.cancel().await;
    })
}

#[tokio::test(start_paused = true)]
async fn in_a_body_and_in_its_clean_up() {
    let of_body = parent_in("parents body", "parents in body", |said| {
        with!(_ = quiet(), async move { spawns("parents in body", said).await })
    });
    assert_eq!(of_body.await.as_deref(), Some("parents body"));
    let (said, is_said) = oneshot::channel();
    let context = spawns_in_the_clean_up(said);
    spawn(with!(_ = context, {})).named("parents clean-up").await.unwrap();
    assert_eq!(is_said.await.unwrap().as_deref(), Some("parents clean-up"));
}

fn quiet() -> Context<()> {
    context!(async {
        yield ();
    })
}

#[test]
fn from_a_destructor() {
    struct Spawns(Option<oneshot::Sender<weftwork::Task<()>>>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let task = spawn(pending::<()>()).named("parents destructor");
            self.0.take().unwrap().send(task).unwrap();
        }
    }
    on_both_runtimes(|| async {
        for is_cancelled in [false, true] {
            let (spawned, is_spawned) = oneshot::channel();
            let (begun, has_begun) = oneshot::channel();
            let outer = spawn(async move {
                let _spawns = Spawns(Some(spawned));
                begun.send(()).unwrap();
                if is_cancelled {
                    pending::<()>().await;
                }
            });
            let id = outer.id();
            has_begun.await.unwrap();
            drop(outer);
            let inner = is_spawned.await.unwrap();
            assert_eq!(one("parents destructor").parent(), Some(id), "cancelled: {is_cancelled}");
            inner.cancel().await;
        }
    });
}

#[test]
fn a_child_stands_under_its_group_whoever_spawns_it() {
    on_both_runtimes(|| async {
        let outside = task_group(async |group: Group<String>| {
            let by_body = group.spawn_named("parents by body", pending::<()>());
            let inner = group.clone();
            let spawns = group.spawn(async move { drop(inner.spawn_named("parents by child", pending::<()>())) });
            spawns.await.unwrap();
            let inner = group.clone();
            // By a task that is none of ours.
            tokio::spawn(async move { drop(inner.spawn_named("parents by other", pending::<()>())) }).await.unwrap();
            let inner = group.clone();
            spawn(async move { drop(inner.spawn_named("parents by task", pending::<()>())) }).await.unwrap();
            for name in ["parents by body", "parents by child", "parents by other", "parents by task"] {
                assert_eq!(parent_of(name).as_deref(), Some("parents group"), "{name}");
            }
            assert_eq!(one("parents by body").id(), by_body.id());
            group.cancel();
            Ok(())
        });
        outside.named("parents group").await.unwrap();
    });
}

#[test]
fn a_group_in_a_task_in_a_child_and_in_a_body() {
    fn nested(
        name: &'static str,
        said: oneshot::Sender<()>,
    ) -> impl Future<Output = Result<(), weftwork::GroupError<String>>> + Send {
        task_group(async move |_: Group<String>| {
            said.send(()).unwrap();
            pending::<Result<(), String>>().await
        })
        .named(name)
    }
    on_both_runtimes(|| async {
        let (said, is_said) = oneshot::channel();
        let task = spawn(nested("parents in task", said)).named("parents of group");
        is_said.await.unwrap();
        assert_eq!(parent_of("parents in task").as_deref(), Some("parents of group"));
        task.cancel().await;
        task_group(async |group: Group<String>| {
            let (said, is_said) = oneshot::channel();
            group.spawn_named("parents child", async {
                nested("parents in child", said).await.map_err(|error| error.to_string())
            });
            is_said.await.unwrap();
            assert_eq!(parent_of("parents in child").as_deref(), Some("parents child"));
            assert_eq!(parent_of("parents child").as_deref(), Some("parents outer"));
            let (said, is_said) = oneshot::channel();
            let mut in_body = Box::pin(nested("parents in group", said));
            assert!(poll_once(in_body.as_mut()).is_pending());
            is_said.await.unwrap();
            assert_eq!(parent_of("parents in group").as_deref(), Some("parents outer"));
            group.cancel();
            Ok(())
        })
        .named("parents outer")
        .await
        .unwrap();
    });
}

#[test]
fn background_has_one_too_and_a_child_of_it() {
    on_both_runtimes(|| async {
        let (said, is_said) = oneshot::channel();
        let caller = spawn(async {
            background("parents background", spawns("parents in background", said));
            pending::<()>().await;
        });
        let caller = caller.named("parents caller");
        is_said.await.unwrap();
        assert_eq!(parent_of("parents background").as_deref(), Some("parents caller"));
        assert_eq!(parent_of("parents in background").as_deref(), Some("parents background"));
        let id = caller.id();
        caller.cancel().await;
        // The number is kept, though nobody of it lives.
        assert_eq!((one("parents background").parent(), parent_of("parents background")), (Some(id), None));
        assert!(drain_background(Duration::ZERO).await.is_empty());
    });
}

/// A task of tokio's own is nobody in the list.
#[test]
fn in_a_task_of_tokio_there_is_none() {
    on_both_runtimes(|| async {
        let (said, is_said) = oneshot::channel();
        let outer = spawn(async { tokio::spawn(spawns("parents tokio", said)).await.unwrap() });
        is_said.await.unwrap();
        assert_eq!(one("parents tokio").parent(), None);
        outer.cancel().await;
        let other = one("parents tokio");
        assert_eq!(other.parent(), None);
    });
}

/// Where a poll has panicked, or has ended, nobody is polled any more.
#[tokio::test(start_paused = true)]
async fn behind_a_poll_there_is_none() {
    async fn panics() {
        panic!("on purpose");
    }
    assert!(spawn(panics()).await.unwrap_err().is_panic());
    let behind = spawn(pending::<()>()).named("parents behind panic");
    assert_eq!(one("parents behind panic").parent(), None);
    spawn(async {}).await.unwrap();
    let behind_end = spawn(pending::<()>()).named("parents behind end");
    assert_eq!(one("parents behind end").parent(), None);
    let mut group = Box::pin(task_group(async |_: Group<String>| pending::<Result<(), String>>().await));
    assert!(poll_once(group.as_mut()).is_pending());
    let behind_group = spawn(pending::<()>()).named("parents behind group");
    assert_eq!(one("parents behind group").parent(), None);
    drop((behind, behind_end, behind_group, group));
    spin().await;
}
