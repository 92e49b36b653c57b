//! `#[blocking]`: the body runs on a thread, and what that means for the layers above. Cases P100 to P110.
//!
//! Where a test has to wait for a thread, it waits for a message of that: no clock is involved.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use futures::FutureExt;
use futures::future::join_all;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::advance;
use weftwork::{
    Elapsed, ReportKind, attempt, blocking, cancelled, deadline, drain, fallback, millis, remaining, retry, secs, timeout,
};
use weftwork_tests::{Gauge, Log, Reports, on_both_runtimes, panic_of, panic_within, poll_once};

#[derive(Debug, PartialEq)]
enum FileError {
    Late(Elapsed),
    Own(u32),
}

impl From<Elapsed> for FileError {
    fn from(elapsed: Elapsed) -> Self {
        Self::Late(elapsed)
    }
}

/// What a body waits for on its thread, and how the test learns that it has begun.
fn gate() -> (Gate, oneshot::Receiver<()>, mpsc::Sender<()>) {
    let (begun, has_begun) = oneshot::channel();
    let (open, opened) = mpsc::channel();
    (Gate { begun, opened }, has_begun, open)
}

struct Gate {
    begun: oneshot::Sender<()>,
    opened: mpsc::Receiver<()>,
}

impl Gate {
    /// Blocks the thread until the gate is opened, or nobody is there to do that.
    fn pass(self) {
        let _ = self.begun.send(());
        let _ = self.opened.recv();
    }
}

/// One thread for blocking work: what is queued behind it stays so. The clock stands still while that thread is at work, and is moved
/// on by hand.
fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).max_blocking_threads(1).build().unwrap()
}

// ---- where it runs ----

#[test]
fn p100_other_tasks_go_on_meanwhile() {
    #[blocking]
    async fn f(gate: Gate) -> thread::ThreadId {
        gate.pass();
        thread::current().id()
    }
    on_both_runtimes(|| async {
        let (gate, has_begun, open) = gate();
        let call = tokio::spawn(f(gate));
        // On the one thread of a runtime this task runs while the body blocks.
        has_begun.await.unwrap();
        assert!(!call.is_finished());
        open.send(()).unwrap();
        assert_ne!(call.await.unwrap(), thread::current().id());
    });
}

#[test]
fn p100_the_body_may_sleep_and_return_early() {
    #[blocking]
    async fn f(way: u32) -> Result<u32, std::num::ParseIntError> {
        thread::sleep(millis(1));
        if way == 0 {
            return Ok(0);
        }
        let number: u32 =
            "x".repeat(way as usize - 1).parse::<u32>().or_else(|error| if way == 1 { Ok(9) } else { Err(error) })?;
        Ok(number)
    }
    on_both_runtimes(|| async {
        assert_eq!((f(0).await, f(1).await), (Ok(0), Ok(9)));
        assert!(f(2).await.is_err());
    });
}

#[test]
fn p12_a_call_that_is_never_polled_never_runs() {
    #[blocking]
    async fn f(log: Log) {
        log.note("ran");
    }
    on_both_runtimes(|| async {
        let log = Log::new();
        let unpolled = f(log.clone());
        f(log.clone()).await;
        drop(unpolled);
        assert_eq!(log.text(), "ran");
    });
}

#[test]
fn p101_a_panic_resumes_in_the_caller_with_its_payload() {
    #[timeout(60s)]
    #[blocking]
    async fn f() -> Result<(), FileError> {
        std::panic::panic_any(42_u8)
    }
    on_both_runtimes(|| async {
        let payload = AssertUnwindSafe(f()).catch_unwind().await.unwrap_err();
        assert_eq!(payload.downcast_ref::<u8>(), Some(&42));
    });
}

// ---- the caller leaves ----

#[test]
fn p102_dropped_in_the_queue_the_body_never_runs_and_its_arguments_are_gone_at_once() {
    #[blocking]
    async fn f(log: Log, gate: Gate) {
        log.note("ran");
        gate.pass();
    }
    one_thread().block_on(async {
        let log = Log::new();
        let (gate_of_first, has_begun, open) = gate();
        let first = tokio::spawn(f(log.clone(), gate_of_first));
        has_begun.await.unwrap();

        let (gate_of_second, has_begun, _open) = gate();
        let mut second = Box::pin(f(log.clone(), gate_of_second));
        assert!(poll_once(second.as_mut()).is_pending());
        drop(second);
        assert!(has_begun.await.is_err(), "the argument is still there");

        open.send(()).unwrap();
        first.await.unwrap();
        // The thread has gone through its queue.
        tokio::task::spawn_blocking(|| ()).await.unwrap();
        assert_eq!(log.text(), "ran");
        assert!(drain(secs(5)).await.is_empty());
    });
}

#[test]
fn p102_once_begun_it_runs_to_its_end_and_its_result_is_dropped_there() {
    struct Tells(mpsc::Sender<thread::ThreadId>);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.0.send(thread::current().id()).unwrap();
        }
    }
    #[blocking]
    async fn f(gate: Gate, result: Tells, seen: mpsc::Sender<(bool, thread::ThreadId)>) -> Tells {
        gate.pass();
        seen.send((cancelled(), thread::current().id())).unwrap();
        result
    }
    on_both_runtimes(|| async {
        let (gate, has_begun, open) = gate();
        let ((result, dropped), (seen, has_seen)) = (mpsc::channel(), mpsc::channel());
        let call = tokio::spawn(f(gate, Tells(result), seen));
        has_begun.await.unwrap();
        call.abort();
        assert!(call.await.is_err());
        open.send(()).unwrap();
        assert!(drain(secs(60)).await.is_empty());
        let (was_cancelled, worker) = has_seen.try_recv().unwrap();
        assert!(was_cancelled);
        assert_eq!(dropped.try_recv().unwrap(), worker);
    });
}

#[test]
fn p102_a_panic_that_nobody_gets_is_reported_by_the_functions_name() {
    #[blocking]
    async fn p102_panics_behind_its_caller(gate: Gate) {
        gate.pass();
        panic!("on purpose");
    }
    one_thread().block_on(async {
        let reports = Reports::of("p102_panics_behind_its_caller");
        let (gate, has_begun, open) = gate();
        let call = tokio::spawn(p102_panics_behind_its_caller(gate));
        has_begun.await.unwrap();
        call.abort();
        assert!(call.await.is_err());
        open.send(()).unwrap();
        assert!(drain(secs(60)).await.is_empty());
        let report = reports.one();
        assert_eq!(report.kind(), ReportKind::TaskPanicked);
        assert!(report.message().contains("on purpose"), "{report:?}");
    });
}

#[test]
fn p104_a_timeout_above_ends_the_call_and_drain_names_the_thread() {
    #[timeout(1s)]
    #[blocking]
    async fn p104_reads(gate: Gate) -> Result<(), FileError> {
        gate.pass();
        Ok(())
    }
    one_thread().block_on(async {
        let (gate, has_begun, open) = gate();
        let call = tokio::spawn(p104_reads(gate));
        has_begun.await.unwrap();
        advance(secs(1)).await;
        let Err(FileError::Late(late)) = call.await.unwrap() else { panic!("the thread is held") };
        assert_eq!(late.function(), Some("p104_reads"));

        let left = drain(millis(0)).await;
        assert_eq!(left.iter().map(weftwork::CleanUp::name).collect::<Vec<_>>(), ["p104_reads"]);
        open.send(()).unwrap();
        assert!(drain(secs(60)).await.is_empty());
    });
}

#[test]
fn p104_or_and_fallback_do_not_wait_for_the_thread() {
    #[timeout(1s, or = Ok(1))]
    #[blocking]
    async fn with_or(gate: Gate) -> Result<u32, FileError> {
        gate.pass();
        Ok(0)
    }
    #[fallback(FileError::Late(_) => Ok(2))]
    #[timeout(1s)]
    #[blocking]
    async fn with_fallback(gate: Gate) -> Result<u32, FileError> {
        gate.pass();
        Ok(0)
    }
    async fn ends_while_its_thread_is_held<F>(call: impl FnOnce(Gate) -> F) -> Result<u32, FileError>
    where
        F: Future<Output = Result<u32, FileError>> + Send + 'static,
    {
        let (gate, has_begun, open) = gate();
        let call = tokio::spawn(call(gate));
        has_begun.await.unwrap();
        advance(secs(1)).await;
        let result = call.await.unwrap();
        open.send(()).unwrap();
        assert!(drain(secs(60)).await.is_empty());
        result
    }
    one_thread().block_on(async {
        assert_eq!(ends_while_its_thread_is_held(with_or).await, Ok(1));
        assert_eq!(ends_while_its_thread_is_held(with_fallback).await, Ok(2));
    });
}

// ---- what it sees ----

#[test]
fn p105_the_deadline_and_the_attempt_are_those_of_the_call() {
    #[retry(attempts = 3, clone(seen))]
    #[timeout(3600s)]
    #[blocking]
    async fn f(seen: mpsc::Sender<(u32, bool)>) -> Result<u32, FileError> {
        seen.send((attempt(), remaining().is_some_and(|left| left <= secs(3600)))).unwrap();
        if attempt() == 3 { Ok(7) } else { Err(FileError::Own(attempt())) }
    }
    #[blocking]
    async fn free() -> (u32, bool) {
        (attempt(), deadline().is_none())
    }
    on_both_runtimes(|| async {
        let (seen, all) = mpsc::channel();
        assert_eq!(f(seen).await, Ok(7));
        assert_eq!(all.try_iter().collect::<Vec<_>>(), [(1, true), (2, true), (3, true)]);
        assert_eq!(free().await, (1, true));
    });
}

#[test]
fn p105_tasks_and_time_are_there_inside() {
    #[blocking]
    async fn f() -> u32 {
        tokio::runtime::Handle::current().block_on(async {
            tokio::task::yield_now().await;
            7
        })
    }
    on_both_runtimes(|| async { assert_eq!(f().await, 7) });
}

#[test]
fn p106_on_the_cores_never_more_run_than_there_are() {
    static INSIDE: Gauge = Gauge::new();
    #[blocking(cpu)]
    async fn f(all: Arc<Barrier>) -> Option<String> {
        let _inside = INSIDE.enter();
        // As many as there are cores can meet here: so many threads there are.
        all.wait();
        thread::current().name().map(str::to_owned)
    }
    on_both_runtimes(|| async {
        let cores = thread::available_parallelism().unwrap().get();
        let all = Arc::new(Barrier::new(cores));
        let names = join_all((0..cores * 3).map(|_| f(all.clone()))).await;
        assert!(names.iter().all(|name| name.as_deref().is_some_and(|name| name.starts_with("weftwork-cpu-"))), "{names:?}");
        assert_eq!(INSIDE.peak(), cores);
    });
}

// ---- other layers ----

#[test]
fn p109_what_is_named_in_clone_is_moved_by_each_attempt() {
    struct Counted(Arc<Mutex<u32>>);
    impl Clone for Counted {
        fn clone(&self) -> Self {
            *self.0.lock().unwrap() += 1;
            Self(self.0.clone())
        }
    }
    #[retry(attempts = 3, clone(list, text))]
    #[blocking]
    async fn f(list: Counted, mut text: String, ok: u32) -> Result<String, FileError> {
        text.push('!');
        drop(list);
        if attempt() == ok { Ok(text) } else { Err(FileError::Own(ok)) }
    }
    on_both_runtimes(|| async {
        let clones = Arc::new(Mutex::new(0));
        // No attempt sees what another one has done to its own.
        assert_eq!(f(Counted(clones.clone()), "a".into(), 2).await, Ok("a!".into()));
        assert_eq!((*clones.lock().unwrap(), Arc::strong_count(&clones)), (2, 1));
    });
}

#[test]
fn p94_p108_fallback_above_sees_its_errors() {
    #[fallback(FileError::Own(n) => Ok(n + 1))]
    #[retry(attempts = 2)]
    #[blocking]
    async fn f(n: u32) -> Result<u32, FileError> {
        Err(FileError::Own(n))
    }
    on_both_runtimes(|| async { assert_eq!(f(6).await, Ok(7)) });
}

#[test]
fn p14_p96_a_panic_on_the_thread_is_neither_retried_nor_taken_by_a_fallback() {
    #[fallback(_ => Ok(1))]
    #[retry(attempts = 3, clone(log))]
    #[blocking]
    async fn f(log: Log) -> Result<u32, FileError> {
        log.note("ran");
        panic!("on purpose")
    }
    on_both_runtimes(|| async {
        let log = Log::new();
        assert_eq!(panic_within(f(log.clone())).await, "on purpose");
        assert_eq!(log.text(), "ran");
    });
}

// ---- outside of a runtime ----

#[test]
fn p110_outside_of_a_runtime_the_panic_names_the_attribute_and_the_function() {
    #[blocking]
    async fn reads() {}
    let message = panic_of(|| {
        let _polled = poll_once(Box::pin(reads()).as_mut());
    });
    assert_eq!(message, "`#[blocking]` on `reads` needs a tokio runtime, and this is called outside of one");
}
