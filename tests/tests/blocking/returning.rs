//! P100, P101 and P110: what the caller gets.

use std::panic::{AssertUnwindSafe, panic_any};
use std::pin::pin;
use std::sync::mpsc;
use std::thread;

use futures::FutureExt;
use tokio::runtime::Builder;
use weftwork::__private::{Cpu, Threads, blocking as blocking_on};
use weftwork::{blocking, blocking_cpu, drain, secs};
use weftwork_tests::{Log, on_both_runtimes, panic_of, panic_within, poll_once};

use super::held;

#[test]
fn p100_other_tasks_of_the_thread_go_on() {
    on_both_runtimes(|| async {
        let (send, receive) = mpsc::channel();
        let here = thread::current().id();
        // It waits for a task, which has the same thread as the caller.
        let call = blocking(move || (receive.recv().unwrap(), thread::current().id()));
        let task = tokio::spawn(async move { send.send(7).unwrap() });
        let (number, there) = call.await;
        task.await.unwrap();
        assert_eq!(number, 7);
        assert_ne!(here, there);
    });
}

#[test]
fn p100_it_borrows_nothing_and_gives_what_it_returns() {
    on_both_runtimes(|| async {
        let words = [String::from("warp"), String::from("weft")];
        assert_eq!(blocking(move || words.join(" ")).await, "warp weft");
        assert_eq!(blocking(|| Err::<(), _>("no")).await, Err("no"));
        assert_eq!(
            blocking_on(Threads, "f", (), (), || 1).await + blocking_on(Cpu, "f", (), (), || 2).await + blocking_cpu(|| 3).await,
            6
        );
    });
}

#[test]
fn p101_a_panic_resumes_in_the_caller_with_its_payload() {
    on_both_runtimes(|| async {
        struct Payload(u32);
        let work = || panic_any(Payload(7));
        for result in
            [AssertUnwindSafe(blocking(work)).catch_unwind().await, AssertUnwindSafe(blocking_cpu(work)).catch_unwind().await]
        {
            assert_eq!(result.unwrap_err().downcast_ref::<Payload>().unwrap().0, 7);
        }
        assert_eq!(panic_within(blocking(|| panic!("on a thread"))).await, "on a thread");
    });
}

#[tokio::test]
async fn p12_without_a_poll_nothing_happens() {
    let log = Log::new();
    let guard = log.on_drop("dropped");
    let call = blocking({
        let log = log.clone();
        move || {
            let _guard = guard;
            log.note("ran");
        }
    });
    blocking(|| ()).await;
    assert_eq!(log.text(), "");
    drop(call);
    blocking(|| ()).await;
    assert_eq!(log.text(), "dropped");
}

#[test]
fn p110_outside_of_a_runtime_is_a_panic_that_says_where() {
    let text = panic_of(|| _ = poll_once(pin!(blocking_on(Threads, "read_all", (), (), || 1))));
    assert!(text.contains("`#[blocking]`") && text.contains("`read_all`") && text.contains("runtime"), "{text}");
    let text = panic_of(|| _ = poll_once(pin!(blocking_on(Cpu, "read_all", (), (), || 1))));
    assert!(text.contains("`#[blocking]`") && text.contains("`read_all`"), "{text}");
    let text = panic_of(|| _ = poll_once(pin!(blocking(|| 1))));
    assert!(text.contains("`blocking`") && text.contains("p110_outside_of_a_runtime_is_a_panic_that_says_where`"), "{text}");
    let text = panic_of(|| _ = poll_once(pin!(blocking_cpu(|| 1))));
    assert!(text.contains("`blocking_cpu`"), "{text}");
}

#[tokio::test]
async fn p100_polled_again_after_its_end_it_says_so() {
    let mut call = blocking_on(Threads, "twice", (), (), || 1);
    assert_eq!((&mut call).await, 1);
    let text = panic_within(&mut call).await;
    assert!(text.contains("`twice` was polled after it had returned"), "{text}");
}

#[tokio::test]
async fn p100_the_last_waker_is_woken() {
    let (work, mut holder) = held();
    let mut call = Box::pin(blocking(move || work.wait()));
    assert!(poll_once(call.as_mut()).is_pending());
    holder.has_begun().await;
    // Begun with a waker that does nothing, awaited by a task.
    let task = tokio::spawn(call);
    tokio::task::yield_now().await;
    holder.let_go();
    task.await.unwrap();
}

#[tokio::test]
async fn p102_a_runtime_that_has_gone_takes_no_work_and_the_caller_stays_pending() {
    let gone = Builder::new_current_thread().build().unwrap();
    let handle = gone.handle().clone();
    gone.shutdown_background();
    let log = Log::new();
    let (guard, noted) = (log.on_drop("dropped"), log.clone());
    let mut call = Box::pin(blocking(move || {
        let _guard = guard;
        noted.note("ran");
    }));
    {
        let _entered = handle.enter();
        assert!(poll_once(call.as_mut()).is_pending());
    }
    assert_eq!(log.text(), "dropped");
    assert!(poll_once(call.as_mut()).is_pending());
    drop(call);
    assert_eq!(drain(secs(1)).await.len(), 0);
}
