//! P102 and P104: work whose caller has left while it ran.

use std::pin::Pin;
use std::sync::mpsc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use tokio::time::advance;
use weftwork::__private::{Cpu, Threads, blocking as blocking_on};
use weftwork::{ReportKind, Retry, blocking, cancelled, clean_ups, drain, secs, timeout};
use weftwork_tests::{Reports, on_both_runtimes, poll_once};

use super::{held, names};

/// Says where it is dropped.
struct Dropped(mpsc::Sender<ThreadId>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.send(thread::current().id()).ok();
    }
}

#[test]
fn p102_once_begun_it_runs_to_its_end_and_its_result_is_dropped_there() {
    on_both_runtimes(|| async {
        let (work, mut holder) = held();
        let (dropped, is_dropped) = mpsc::channel();
        let mut call = Box::pin(blocking(move || {
            work.wait();
            Dropped(dropped)
        }));
        assert!(poll_once(call.as_mut()).is_pending());
        let there = holder.has_begun().await;
        drop(call);
        holder.let_go();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(is_dropped.try_recv(), Ok(there));
    });
}

#[tokio::test(start_paused = true)]
async fn p104_a_timeout_above_does_not_wait_for_the_thread() {
    let (work, mut holder) = held();
    let line = line!() + 1;
    let mut call = Box::pin(timeout(secs(1), blocking_on(Threads, "p104_slow", (), (), move || work.wait())));
    assert!(poll_once(call.as_mut()).is_pending());
    holder.has_begun().await;
    assert_eq!(clean_ups().len(), 0);
    advance(secs(1)).await;
    assert!(call.await.is_err());
    // It is named while it lasts.
    let left = clean_ups();
    assert_eq!((names(&left), left[0].place().file(), left[0].place().line()), (vec!["p104_slow"], file!(), line));
    assert_eq!(names(&drain(Duration::ZERO).await), ["p104_slow"]);
    holder.let_go();
    assert_eq!(drain(Duration::MAX).await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn p104_no_construct_above_waits_for_it() {
    let (work, mut holder) = held();
    let mut work = Some(work);
    let retry = Retry::attempts(2).run_mut(async || {
        let work = work.take();
        timeout(secs(1), blocking(move || work.map(super::Held::wait).is_some())).await
    });
    let mut call = Box::pin(timeout(secs(60), retry));
    assert!(poll_once(call.as_mut()).is_pending());
    holder.has_begun().await;
    advance(secs(1)).await;
    // The second attempt runs while the thread of the first one still does.
    assert_eq!(call.await, Ok(Ok(false)));
    assert_eq!(clean_ups().len(), 1);
    holder.let_go();
    assert_eq!(drain(Duration::MAX).await.len(), 0);
}

#[test]
fn p102_it_can_see_that_nobody_waits_any_more() {
    on_both_runtimes(|| async {
        for on_cores in [false, true] {
            let (work, mut holder) = held();
            let (seen, has_seen) = mpsc::channel();
            let body = move || {
                seen.send(cancelled()).unwrap();
                work.wait();
                while !cancelled() {
                    thread::yield_now();
                }
                seen.send(true).unwrap();
            };
            let name = "p102_it_can_see";
            let mut call: Pin<Box<dyn Future<Output = _> + Send>> = if on_cores {
                Box::pin(blocking_on(Cpu, name, (), (), body))
            } else {
                Box::pin(blocking_on(Threads, name, (), (), body))
            };
            assert!(poll_once(call.as_mut()).is_pending());
            holder.has_begun().await;
            holder.let_go();
            drop(call);
            assert_eq!(drain(Duration::MAX).await.len(), 0);
            assert_eq!(has_seen.try_iter().collect::<Vec<_>>(), [false, true]);
        }
        assert!(!cancelled());
    });
}

#[test]
fn p102_a_panic_that_nobody_waits_for_is_reported() {
    on_both_runtimes(|| async {
        let reports = Reports::of("p102_reported");
        let (work, mut holder) = held();
        let line = line!() + 1;
        let mut call = Box::pin(blocking_on(Threads, "p102_reported", (), (), move || {
            work.wait();
            panic!("too late");
        }));
        assert!(poll_once(call.as_mut()).is_pending());
        holder.has_begun().await;
        drop(call);
        holder.let_go();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        let report = reports.one();
        assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: too late"));
        assert_eq!(report.site().map(|site| (site.file(), site.line())), Some((file!(), line)));
    });
}

#[test]
fn p102_so_is_one_that_the_caller_did_not_look_at() {
    on_both_runtimes(|| async {
        let reports = Reports::of("p102_not_looked_at");
        let mut call = Box::pin(blocking_on(Threads, "p102_not_looked_at", (), (), || panic!("seen by nobody")));
        // The waker of this poll is woken behind the end.
        let woken = std::sync::Arc::new(Woken(tokio::sync::Notify::new()));
        let waker = std::task::Waker::from(woken.clone());
        assert!(call.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending());
        woken.0.notified().await;
        drop(call);
        assert_eq!((reports.one().message(), clean_ups().len()), ("panicked: seen by nobody", 0));
    });
}

struct Woken(tokio::sync::Notify);

impl std::task::Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.notify_one();
    }
}

#[test]
fn p102_a_result_whose_drop_panics_is_reported() {
    struct Thorny;
    impl Drop for Thorny {
        fn drop(&mut self) {
            panic!("in its drop");
        }
    }
    on_both_runtimes(|| async {
        let reports = Reports::of("p102_thorny");
        let (work, mut holder) = held();
        let mut call = Box::pin(blocking_on(Threads, "p102_thorny", (), (), move || {
            work.wait();
            Thorny
        }));
        assert!(poll_once(call.as_mut()).is_pending());
        holder.has_begun().await;
        drop(call);
        holder.let_go();
        assert_eq!(drain(Duration::MAX).await.len(), 0);
        assert_eq!(reports.one().message(), "panicked: in its drop");
    });
}
