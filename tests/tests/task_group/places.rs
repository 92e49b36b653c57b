//! Where and by whom a group is polled.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::runtime::Builder;
use tokio::sync::{Notify, Semaphore};
use tokio::task::yield_now;
use weftwork::{Group, GroupError, drain, secs, task_group};
use weftwork_tests::children::Wakes;
use weftwork_tests::{Log, on_both_runtimes, panic_of, poll_once, spin};

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, GroupError<String>>> + Send>>;

#[test]
fn c89_a_group_polled_outside_of_a_runtime() {
    let line = line!() + 1;
    let mut group = Box::pin(task_group(async |_: Group<String>| Ok(())));
    let message = panic_of(|| drop(poll_once(group.as_mut())));
    assert!(message.contains("`task_group`") && message.contains("outside"), "{message}");
    assert!(message.contains(&format!("places.rs:{line}")), "{message}");
}

#[test]
fn c92_a_group_polled_after_it_has_returned() {
    on_both_runtimes(|| async {
        let mut group = Box::pin(task_group(async |_: Group<String>| Ok(())));
        assert!(poll_once(group.as_mut()).is_ready());
        let message = panic_of(|| drop(poll_once(group.as_mut())));
        assert!(message.contains("after it had returned"), "{message}");
    });
}

#[test]
fn c92_nothing_happens_before_the_first_poll() {
    let log = Log::new();
    let inner = log.clone();
    let group = task_group(move |_: Group<String>| {
        inner.note("made");
        async { Ok(()) }
    });
    drop(group);
    assert_eq!(log.text(), "");
}

/// The task that polls it last is the one that is woken.
#[test]
fn c94_a_group_that_moves_from_task_to_task() {
    on_both_runtimes(|| async {
        let gate = Arc::new(Semaphore::new(0));
        let inner = gate.clone();
        let mut group: Boxed<u8> = Box::pin(task_group(async move |group: Group<String>| {
            let gate = inner.clone();
            group.spawn(async move { gate.acquire().await.unwrap().forget() });
            inner.acquire().await.unwrap().forget();
            Ok(1)
        }));
        for _ in 0..3 {
            let polled = tokio::spawn(async move {
                assert!(poll_once(group.as_mut()).is_pending());
                (group,)
            });
            (group,) = polled.await.unwrap();
        }
        let ended = tokio::spawn(group);
        yield_now().await;
        gate.add_permits(2);
        assert_eq!(ended.await.unwrap().unwrap(), 1);
    });
}

#[tokio::test]
async fn c94_a_failure_wakes_who_polled_last() {
    let gate = Arc::new(Notify::new());
    let inner = gate.clone();
    let mut group: Boxed<()> = Box::pin(task_group(async move |group: Group<String>| {
        group.spawn(async move {
            inner.notified().await;
            Err::<(), _>("broken")
        });
        pending::<Result<(), String>>().await
    }));
    let [(first, of_first), (second, of_second)] = [Wakes::new(), Wakes::new()];
    for waker in [&of_first, &of_second] {
        assert!(group.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
    }
    spin().await;
    assert_eq!((first.take(), second.take()), (0, 0));
    gate.notify_one();
    spin().await;
    assert_eq!((first.take(), second.take()), (0, 1));
    let Poll::Ready(Err(error)) = group.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!("it has failed") };
    assert_eq!(error.into_first(), "broken");
}

#[tokio::test]
async fn c92_children_that_end_well_wake_nobody_but_the_last_one() {
    let gate = Arc::new(Semaphore::new(0));
    let inner = gate.clone();
    let mut group: Boxed<()> = Box::pin(task_group(async move |group: Group<String>| {
        for _ in 0..10 {
            let gate = inner.clone();
            group.spawn(async move { gate.acquire().await.unwrap().forget() });
        }
        Ok(())
    }));
    let (wakes, waker) = Wakes::new();
    assert!(group.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    spin().await;
    gate.add_permits(9);
    spin().await;
    assert_eq!(wakes.take(), 0);
    gate.add_permits(1);
    spin().await;
    assert_eq!(wakes.take(), 1);
    assert!(matches!(poll_once(group.as_mut()), Poll::Ready(Ok(()))));
}

/// Its children stay where they were spawned.
#[test]
fn c90_a_group_that_goes_on_on_another_runtime() {
    let [one, two] = [(), ()].map(|()| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());
    let (log, gate) = (Log::new(), Arc::new(Notify::new()));
    let (inner, of_child) = (log.clone(), gate.clone());
    let mut group: Boxed<u8> = Box::pin(task_group(async move |group: Group<String>| {
        group.spawn(async move {
            of_child.notified().await;
            inner.note("child");
        });
        Ok(2)
    }));
    one.block_on(async { assert!(poll_once(group.as_mut()).is_pending()) });
    let opener = thread::spawn(move || gate.notify_one());
    assert_eq!(two.block_on(group).unwrap(), 2);
    assert_eq!(log.text(), "child");
    opener.join().unwrap();
}

#[test]
fn c90_children_spawned_from_another_runtime_run_on_that_of_the_group() {
    let [one, two] =
        ["one", "two"].map(|name| Builder::new_multi_thread().worker_threads(1).thread_name(name).enable_all().build().unwrap());
    let ran_on = one.block_on(task_group(async |group: Group<String>| {
        let of_other = group.clone();
        let spawned = two.spawn(async move {
            let child = of_other.spawn(async { Ok::<_, String>(thread::current().name().map(str::to_owned)) });
            (child,)
        });
        let (child,) = spawned.await.unwrap();
        child.await.unwrap()
    }));
    assert_eq!(ran_on.unwrap().as_deref(), Some("one"));
}

/// The handle of a group is used outside of every runtime.
#[test]
fn c90_children_spawned_by_a_thread_without_a_runtime() {
    on_both_runtimes(|| async {
        let value = task_group(async |group: Group<String>| {
            let of_thread = group.clone();
            let child = thread::spawn(move || of_thread.spawn(async { Ok::<_, String>(9) })).join().unwrap();
            child.await.unwrap()
        })
        .await;
        assert_eq!(value.unwrap(), 9);
    });
}

#[test]
fn c89_children_end_with_their_runtime_and_whoever_waits_hears_of_it() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    let group = runtime.spawn(task_group(async move |group: Group<String>| {
        send.send(group.spawn(pending::<()>())).unwrap();
        pending::<Result<(), String>>().await
    }));
    let child = receive.recv().unwrap();
    drop(runtime);
    let other = Builder::new_current_thread().enable_all().build().unwrap();
    other.block_on(async {
        assert!(child.await.unwrap_err().is_cancelled());
        assert!(group.await.unwrap_err().is_cancelled());
        assert!(drain(secs(1)).await.is_empty());
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c93_many_spawn_at_the_same_time() {
    let gauge = Arc::new(weftwork_tests::Gauge::new());
    task_group(async |group: Group<String>| {
        for _ in 0..8 {
            let (inner, gauge) = (group.clone(), gauge.clone());
            group.spawn(async move {
                for _ in 0..100 {
                    let gauge = gauge.clone();
                    inner.spawn(async move { drop(gauge.enter()) });
                }
            });
        }
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!((gauge.total(), gauge.now()), (800, 0));
}
