//! The deadline goes along into tasks, where it caps and cancels nothing by itself. P38, C88, C125.

use super::*;
use std::sync::{Arc, Mutex};
use weftwork::{Group, Task, background, drain_background, gather, spawn, task_group};
use weftwork_tests::spin;

/// Waits for ever, and has `own` for it.
#[timeout(own)]
async fn hangs(own: Duration) -> Result<(), Elapsed> {
    pending().await
}

/// Where a task that outlives its caller leaves what it has seen.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Option<u128>>>>);

impl Seen {
    fn look(&self) {
        self.0.lock().unwrap().push(left());
    }

    fn all(&self) -> Vec<Option<u128>> {
        self.0.lock().unwrap().clone()
    }
}

// ---- spawn ----

#[tokio::test(start_paused = true)]
async fn p38_c88_a_task_sees_the_same_deadline() {
    let seen = timeout(secs(5), async {
        sleep(secs(1)).await;
        let task = spawn(async {
            let first = left();
            sleep(secs(2)).await;
            // And one that it spawns itself.
            (first, left(), spawn(async { left() }).await.unwrap())
        });
        // When it begins, time has gone on.
        task.await.unwrap()
    });
    assert_eq!(seen.await, Ok((Some(4000), Some(2000), Some(2000))));
    assert_eq!(spawn(async { left() }).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn p38_it_is_that_of_the_spawning_and_not_of_the_awaiting() {
    let task = timeout(secs(5), async { spawn(hangs(secs(20))) }).await.unwrap();
    let (result, took) = timed(timeout(secs(60), task)).await;
    let late = result.unwrap().unwrap().unwrap_err();
    assert_eq!((late.is_inherited(), took), (true, secs(5)));

    let task = spawn(hangs(secs(20)));
    assert!(timeout(secs(1), task).await.is_err());
    let free = spawn(async { left() });
    assert_eq!(timeout(secs(1), free).await.unwrap().unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn p38_a_longer_timeout_in_it_ends_at_the_inherited_instant_and_says_so() {
    let (task, start) = (timeout(secs(3), async { spawn(hangs(secs(20))) }).await.unwrap(), Instant::now());
    let late = task.await.unwrap().unwrap_err();
    assert_eq!(start.elapsed(), secs(3));
    assert_eq!((late.function(), late.duration(), late.is_inherited()), (Some("hangs"), secs(20), true));
    assert_eq!(late.to_string(), "`hangs` timed out at a deadline that its task inherited, before its own 20s");

    let task = timeout(secs(3), async { spawn(timeout(Duration::MAX, pending::<()>())) }).await.unwrap();
    let (late, took) = timed(task).await;
    let late = late.unwrap().unwrap_err();
    assert_eq!((late.function(), late.is_inherited(), took), (None, true, secs(3)));
}

#[tokio::test(start_paused = true)]
async fn p38_a_shorter_one_in_it_ends_by_itself() {
    let task = timeout(secs(3), async { spawn(hangs(secs(2))) }).await.unwrap();
    let (result, took) = timed(task).await;
    let late = result.unwrap().unwrap_err();
    assert_eq!((late.is_inherited(), took), (false, secs(2)));
    assert_eq!(late.to_string(), "`hangs` timed out after 2s");
}

#[tokio::test(start_paused = true)]
async fn p38_of_two_longer_ones_in_it_the_outer_one_reports() {
    #[timeout(20s)]
    async fn outer() -> Result<(), Elapsed> {
        hangs(secs(30)).await
    }
    let task = timeout(secs(3), async { spawn(outer()) }).await.unwrap();
    let (result, took) = timed(task).await;
    let late = result.unwrap().unwrap_err();
    assert_eq!((late.function(), late.is_inherited(), took), (Some("outer"), true, secs(3)));
}

#[tokio::test(start_paused = true)]
async fn p38_the_deadline_alone_cancels_nothing() {
    let task = timeout(secs(3), async {
        spawn(async {
            sleep(secs(10)).await;
            left()
        })
    });
    let (seen, took) = timed(task.await.unwrap()).await;
    assert_eq!((seen.unwrap(), took), (Some(0), secs(10)));
}

#[tokio::test(start_paused = true)]
async fn p38_p39_past_it_a_timeout_in_a_task_polls_once() {
    let polls = Arc::new(Mutex::new(0));
    let counted = polls.clone();
    let task = timeout(secs(3), async {
        spawn(async move {
            sleep(secs(10)).await;
            assert_eq!(look().await, Ok(Some(0)));
            let body = poll_fn(move |_| {
                *counted.lock().unwrap() += 1;
                Poll::<()>::Pending
            });
            timed(timeout(secs(5), body)).await
        })
    });
    let (late, took) = task.await.unwrap().await.unwrap();
    assert_eq!((late.unwrap_err().is_inherited(), took, *polls.lock().unwrap()), (true, secs(0), 1));
}

#[tokio::test(start_paused = true)]
async fn p34_p38_a_task_that_the_body_holds_ends_with_it_and_a_detached_one_runs_on() {
    let log = Log::new();
    let (held, detached) = (log.clone(), log.clone());
    let work = timeout(secs(2), async move {
        let _held: Task<()> = spawn(async move {
            let _local = held.on_drop("held:dropped");
            pending::<()>().await;
        });
        spawn(async move {
            sleep(secs(5)).await;
            detached.note("detached:done");
        })
        .detach();
        pending::<()>().await;
    });
    assert_eq!(timed(work).await.1, secs(2));
    assert_eq!(log.text(), "held:dropped");
    sleep(secs(4)).await;
    assert_eq!(log.text(), "held:dropped detached:done");
}

// ---- other ways into a task ----

#[tokio::test(start_paused = true)]
async fn p38_children_of_a_group_have_it() {
    let seen = Seen::default();
    let inner = seen.clone();
    let work = timeout(secs(5), async move {
        task_group(async |group: Group<Elapsed>| {
            sleep(secs(1)).await;
            inner.look();
            let (child, nested, group_of_nested) = (inner.clone(), inner.clone(), group.clone());
            group.spawn_named("child", async move { child.look() });
            group.spawn(async move {
                sleep(secs(1)).await;
                group_of_nested.spawn(async move { nested.look() });
            });
            Ok(())
        })
        .await
    });
    work.await.unwrap().unwrap();
    assert_eq!(seen.all(), [Some(4000), Some(4000), Some(3000)]);
}

#[tokio::test(start_paused = true)]
async fn p38_a_longer_timeout_in_a_child_of_a_group_is_capped() {
    // The body leaves the group's future to somebody who has more time.
    let group = Box::pin(task_group(async |group: Group<Elapsed>| {
        group.spawn(hangs(secs(20)));
        pending::<Result<(), Elapsed>>().await
    }));
    let mut group = group;
    assert!(timeout(secs(3), group.as_mut()).await.is_err());
    let (result, took) = timed(group).await;
    let failed = result.unwrap_err();
    let late = failed.first().error();
    assert_eq!((late.function(), late.is_inherited(), took), (Some("hangs"), true, secs(0)));
}

#[tokio::test(start_paused = true)]
async fn p38_spawned_arms_and_inline_arms_of_a_gather_have_it() {
    async fn sees() -> Option<u128> {
        sleep(secs(1)).await;
        left()
    }
    let four = Some(4000);
    let inline = timeout(secs(5), async { gather!(sees(), sees()).await });
    assert_eq!(inline.await, Ok((four, four)));
    let spawned = timeout(secs(5), async { gather!(sees(), sees(), spawn).await });
    assert_eq!(spawned.await, Ok((four, four)));
    let each = timeout(secs(5), async {
        gather!(
            for _ in 0..3 {
                sees()
            },
            limit = 2,
            spawn
        )
        .await
    });
    assert_eq!(each.await, Ok(vec![four, four, Some(3000)]));
}

// ---- what has none ----

#[tokio::test(start_paused = true)]
async fn c125_p38_background_work_has_none() {
    let seen = Seen::default();
    let inner = seen.clone();
    let work = timeout(secs(5), async move {
        let again = inner.clone();
        background("c125 p38 deadline", async move {
            inner.look();
            sleep(secs(1)).await;
            inner.look();
        });
        let task = spawn(async move {
            let deep = again.clone();
            background("c125 p38 in a task", async move { deep.look() });
            again.look();
        });
        task.await.unwrap();
    });
    work.await.unwrap();
    assert!(drain_background(secs(5)).await.is_empty());
    let mut all = seen.all();
    all.sort_unstable();
    assert_eq!(all, [None, None, None, Some(5000)]);
}

#[tokio::test(start_paused = true)]
async fn c125_p38_a_detached_task_has_none() {
    let seen = Seen::default();
    let (first, later) = (seen.clone(), seen.clone());
    let work = timeout(secs(5), async move {
        spawn(async move { first.look() }).detach();
        let task = spawn(async move {
            later.look();
            tokio::task::yield_now().await;
            later.look();
        });
        // Begun as a task of the caller, it is let go in mid-way.
        tokio::task::yield_now().await;
        task.detach();
        spin().await;
    });
    work.await.unwrap();
    assert_eq!(seen.all(), [None, Some(5000), None]);
}
