//! `error`, `errors`, `spawn` and `progress` over arms.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, ready};
use std::num::ParseIntError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use weftwork::{Finished, Progress, gather};
use weftwork_tests::children::{Board, poll};
use weftwork_tests::{Gauge, Log, after, panic_of, spin, timed};

#[derive(Debug, PartialEq)]
enum AppError {
    Number(u64),
    Parse(ParseIntError),
}

impl From<u64> for AppError {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> Self {
        Self::Parse(error)
    }
}

async fn load(ms: u64) -> Result<u64, u64> {
    after(ms, if ms == 20 { Err(ms) } else { Ok(ms) }).await
}

async fn read(ms: u64, text: &str) -> Result<u8, ParseIntError> {
    after(ms, text.parse()).await
}

/// Writes down what it is told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    /// Since the last time.
    fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap()).join(" ")
    }
}

impl Progress for Told {
    fn started(&mut self, total: Option<usize>) {
        self.0.lock().unwrap().push(total.map_or("of-many".into(), |total| format!("of-{total}")));
    }

    fn finished(&mut self, child: Finished) {
        self.0.lock().unwrap().push(format!("{child:?}"));
    }
}

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

/// Stays alive for ever.
async fn stay<T>(resident: Alive) -> T {
    let _resident = resident;
    pending().await
}

// ---- error = T ----

#[tokio::test(start_paused = true)]
async fn c8_two_error_types_become_one() {
    let good = gather!(load(10)?, read(5, "7")?, error = AppError);
    assert_eq!(timed(good).await, (Ok((10, 7)), Duration::from_millis(10)));
    let number = gather!(load(20)?, read(30, "x")?, error = AppError);
    assert_eq!(timed(number).await, (Err(AppError::Number(20)), Duration::from_millis(20)));
    let text = gather!(load(20)?, read(10, "x")?, error = AppError);
    let (failed, waited) = timed(text).await;
    assert!(matches!(failed, Err(AppError::Parse(_))));
    assert_eq!(waited, Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn c7_c8_an_arm_without_a_mark_keeps_its_error() {
    let kept = gather!(load(20), read(10, "7")?, load(5)?, error = AppError);
    assert_eq!(kept.await, Ok((Err(20), 7, 5)));
}

#[tokio::test(start_paused = true)]
async fn c8_any_type() {
    let boxed = gather!(read(1, "x")?, ready(Err::<(), _>(std::fmt::Error))?, error = Box<dyn std::error::Error + Send + Sync>);
    assert!(boxed.await.unwrap_err().is::<std::fmt::Error>());
    let same = gather!(load(20)?, error = u64);
    assert_eq!(same.await, Err(20));
    async fn with_question() -> Result<u64, AppError> {
        let (number, text) = gather!(load(1)?, read(2, "3")?, error = AppError).await?;
        Ok(number + u64::from(text))
    }
    assert_eq!(with_question().await, Ok(4));
}

#[tokio::test(start_paused = true)]
async fn c8_c44_every_error_converted() {
    let all = gather!(load(20)?, load(1), read(10, "x")?, load(3)?, errors = all, error = AppError);
    let (failed, waited) = timed(all).await;
    let errors: Vec<(usize, AppError)> = failed.unwrap_err().into_iter().collect();
    assert!(matches!(errors[..], [(0, AppError::Number(20)), (2, AppError::Parse(_))]), "{errors:?}");
    assert_eq!(waited, Duration::from_millis(20));
}

// ---- spawn ----

#[tokio::test]
async fn c37_each_arm_is_a_task_of_its_own() {
    let own = tokio::task::id;
    let (first, second) = gather!(async move { own() }, async move { own() }, spawn).await;
    assert_ne!(first, second);
}

/// Each blocks its worker until the other has come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c37_arms_run_at_the_same_time() {
    let together = Arc::new(Barrier::new(2));
    // The owner awaits in a task of its own, or it would hold one of the workers.
    let met = tokio::spawn(async move {
        let other = together.clone();
        let (first, second) = (async move { together.wait().is_leader() }, async move { other.wait().is_leader() });
        gather!(first, second, spawn).await
    });
    let (first, second) = met.await.unwrap();
    assert!(first != second);
}

#[tokio::test]
async fn c11_c37_arms_are_made_at_the_call_and_start_with_the_first_poll() {
    let log = Log::new();
    let arm = |word: &'static str| {
        log.note(format!("make-{word}"));
        let log = log.clone();
        async move { log.note(word) }
    };
    let mut gathered = Box::pin(gather!(arm("a"), arm("b"), spawn));
    spin().await;
    assert_eq!(log.text(), "make-a make-b");
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    spin().await;
    assert_eq!(log.text(), "make-a make-b a b", "without their owner");
    gathered.await;
}

#[tokio::test(start_paused = true)]
async fn c1_c7_outputs_in_written_order() {
    let gathered = gather!(after(30, 'a'), load(10)?, load(20), spawn);
    assert_eq!(timed(gathered).await, (Ok(('a', 10, Err(20))), Duration::from_millis(30)));
    assert_eq!(timed(gather!(after(30, 1), spawn)).await, ((1,), Duration::from_millis(30)));
    assert_eq!(gather!(spawn).await, ());
    let nine = gather!(
        after(9, 1),
        after(8, 2),
        after(7, 3),
        after(6, 4),
        after(5, 5),
        after(4, 6),
        after(3, 7),
        after(2, 8),
        after(1, 9),
        spawn
    );
    assert_eq!(timed(nine).await, ((1, 2, 3, 4, 5, 6, 7, 8, 9), Duration::from_millis(9)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c39_every_task_has_ended_before_the_error_is_seen() {
    let alive = Arc::new(AtomicUsize::new(0));
    let failing = async {
        tokio::task::yield_now().await;
        Err::<(), _>("failed")
    };
    let (first, second) = (stay::<Result<(), _>>(Alive::new(&alive)), stay::<()>(Alive::new(&alive)));
    let failed = gather!(first?, failing?, second, spawn);
    assert_eq!((failed.await, alive.load(Ordering::SeqCst)), (Err("failed"), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c39_a_busy_task_is_waited_for() {
    // Both block their workers: a wake by one that is busy would wait for it.
    let (begun, has_begun) = mpsc::channel();
    let over = Arc::new(AtomicBool::new(false));
    let (flag, failing) = (over.clone(), async move {
        has_begun.recv().unwrap();
        Err::<(), _>("failed")
    });
    let busy = async move {
        begun.send(()).unwrap();
        std::thread::sleep(Duration::from_millis(100));
        flag.store(true, Ordering::SeqCst);
        pending::<()>().await;
    };
    let failed = gather!(busy, failing?, spawn);
    assert_eq!((failed.await, over.load(Ordering::SeqCst)), (Err("failed"), true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c39_every_task_has_ended_before_the_outputs_are_seen() {
    let alive = Arc::new(AtomicUsize::new(0));
    let arm = || {
        let resident = Alive::new(&alive);
        std::future::poll_fn(move |_| {
            let _ = &resident;
            Poll::Ready(())
        })
    };
    let gathered = gather!(arm(), arm(), arm(), spawn);
    assert_eq!((gathered.await, alive.load(Ordering::SeqCst)), (((), (), ()), 0));
}

#[derive(Debug, PartialEq)]
struct Payload(u8);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c40_a_panic_goes_on_with_its_payload_when_all_tasks_have_ended() {
    let alive = Arc::new(AtomicUsize::new(0));
    let panicking = async {
        tokio::task::yield_now().await;
        if true {
            std::panic::resume_unwind(Box::new(Payload(7)));
        }
    };
    let (first, second) = (stay::<u8>(Alive::new(&alive)), stay::<Result<(), ()>>(Alive::new(&alive)));
    let gathered = async {
        let gathered: Result<(u8, (), ()), ()> = gather!(first, panicking, second?, spawn).await;
        gathered
    };
    let payload = AssertUnwindSafe(gathered).catch_unwind().await.expect_err("it panics");
    assert_eq!((payload.downcast_ref(), alive.load(Ordering::SeqCst)), (Some(&Payload(7)), 0));
}

#[tokio::test]
async fn c41_dropping_it_cancels_the_tasks_at_once() {
    let log = Log::new();
    let arm = |word| {
        let (log, gone) = (log.clone(), log.on_drop(word));
        async move {
            log.note("started");
            pending::<()>().await;
            drop(gone);
        }
    };
    let mut gathered = Box::pin(gather!(arm("a"), arm("b"), spawn));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    spin().await;
    drop(gathered);
    assert_eq!(log.text(), "started started");
    spin().await;
    assert_eq!(log.text(), "started started a b");
    let unpolled = gather!(arm("c"), arm("d"), spawn);
    drop(unpolled);
    assert_eq!(log.text(), "started started a b c d", "never a task, and dropped in order");
}

#[test]
fn c42_without_a_runtime_it_panics_at_the_callers_line() {
    let hook = std::panic::take_hook();
    let places = Arc::new(Mutex::new(Vec::new()));
    let seen = places.clone();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|at| (at.file().to_owned(), at.line()));
        seen.lock().unwrap().extend(place);
    }));
    let mut line = 0;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        line = line!() + 1;
        drop(gather!(ready(1), ready(2), spawn));
    }));
    std::panic::set_hook(hook);
    let payload = outcome.expect_err("it panics");
    let message = payload.downcast_ref::<&str>().expect("a text");
    assert!(message.contains("`spawn`") && message.contains("runtime"), "{message}");
    let places = places.lock().unwrap();
    assert!(places.iter().any(|(file, at)| file.ends_with("arms_with_options.rs") && *at == line), "{places:?}, not line {line}");
}

#[tokio::test]
async fn c43_a_variable_called_spawn_stands_in_parentheses() {
    let own = tokio::task::try_id;
    let spawn = async move { own() };
    let (first, second) = gather!((spawn), async move { own() }).await;
    assert_eq!(first, second, "nothing is a task of its own");
    let spawn = async move { own() };
    let (first, second) = gather!((spawn), async move { own() }, spawn).await;
    assert_ne!(first, second);
    let spawn = ready(Ok::<_, ()>(1));
    assert_eq!(gather!((spawn)?).await, Ok((1,)));
}

#[tokio::test]
async fn c18_polled_again_it_panics_by_name() {
    let mut gathered = pin!(gather!(ready(1), ready(2), spawn));
    assert_eq!(gathered.as_mut().await, (1, 2));
    let payload = AssertUnwindSafe(gathered).catch_unwind().await.expect_err("it panics");
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "`gather!` was polled after it had returned");
    let mut watched = pin!(gather!(ready(1), progress = Told::default()));
    assert_eq!(watched.as_mut().await, (1,));
    let message = panic_of(|| assert!(poll(watched.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "`gather!` was polled after it had returned");
}

// ---- progress = p ----

#[test]
fn c47_one_report_an_arm_when_it_ends() {
    let (told, board) = (Told::default(), Board::new(3));
    let mut gathered = Box::pin(gather!(board.child(0), board.child(1), board.child(2), progress = told.clone()));
    assert_eq!(told.take(), "", "nothing before the first poll");
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(told.take(), "of-3", "also where every arm pends");
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(told.take(), "", "once");
    board.finish(1);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(told.take(), "Good");
    board.finish(2);
    board.finish(0);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_ready());
    assert_eq!(told.take(), "Good Good");
    drop(gathered);
    assert_eq!(told.take(), "", "none after the gather has returned");
}

#[test]
fn c47_of_many_arms() {
    let (told, board) = (Told::default(), Board::new(9));
    let arm = |n| board.child(n);
    let gathered = gather!(arm(0), arm(1), arm(2), arm(3), arm(4), arm(5), arm(6), arm(7), arm(8), progress = told.clone());
    let mut gathered = Box::pin(gathered);
    for number in (0..9).rev() {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        assert_eq!(told.take(), if number == 8 { "of-9" } else { "Good" });
        board.finish(number);
    }
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready((0, 1, 2, 3, 4, 5, 6, 7, 8)));
    assert_eq!(told.take(), "Good");
}

#[tokio::test(start_paused = true)]
async fn c47_failures_are_told_apart() {
    let mut told = Told::default();
    let all = gather!(load(10)?, load(20)?, load(30)?, errors = all, progress = &mut told);
    assert!(all.await.is_err());
    assert_eq!(told.take(), "of-3 Good Failed Good");
    let first = gather!(load(10)?, load(20)?, load(30)?, progress = &mut told);
    assert_eq!(first.await, Err(20));
    assert_eq!(told.take(), "of-3 Good Failed", "nothing of the one that it dropped");
    let kept = gather!(load(10), load(20), load(30)?, progress = &mut told);
    assert_eq!(kept.await, Ok((Ok(10), Err(20), 30)));
    assert_eq!(told.take(), "of-3 Good Good Good", "without a mark an `Err` is a value");
    let converted = gather!(load(20)?, read(1, "x")?, errors = all, error = AppError, progress = &mut told);
    assert_eq!(converted.await.unwrap_err().len(), 2);
    assert_eq!(told.take(), "of-2 Failed Failed");
}

/// A future that can not tell its output from a failure by itself.
#[tokio::test]
async fn c47_what_it_takes() {
    #[derive(Clone, Copy)]
    struct Bell<'a>(&'a Cell<usize>);
    impl Progress for Bell<'_> {
        fn finished(&mut self, _: Finished) {
            self.0.set(self.0.get() + 1);
        }
    }
    let rings = Cell::new(0);
    let bell = Bell(&rings);
    gather!(ready(1), ready(2), progress = bell).await;
    let mut boxed: Box<dyn Progress> = Box::new(bell);
    gather!(ready(1), ready(2), progress = &mut *boxed).await;
    gather!(ready(1), ready(2), progress = boxed).await;
    gather!(ready(1), ready(2), progress = { Bell(&rings) }).await;
    assert_eq!(rings.get(), 8);
}

#[test]
fn c47_a_report_that_panics() {
    struct Angry;
    impl Progress for Angry {
        fn finished(&mut self, _: Finished) {
            panic!("not now");
        }
    }
    let board = Board::new(2);
    board.ready(1);
    let mut gathered = Box::pin(gather!(board.child(0), board.child(1), progress = Angry));
    let message = panic_of(|| assert!(poll(gathered.as_mut(), Waker::noop()).is_pending()));
    assert_eq!((message.as_str(), board.dropped().len()), ("not now", 2), "while the gather itself still exists");
}

#[test]
fn c19_c47_a_panic_in_an_arm_is_no_report() {
    let (told, board) = (Told::default(), Board::new(2));
    let mut gathered =
        Box::pin(gather!(board.child(0), async { panic!("own payload") }, board.child(1), progress = told.clone()));
    let message = panic_of(|| {
        let polled: Poll<(usize, (), usize)> = poll(gathered.as_mut(), Waker::noop());
        assert!(polled.is_pending());
    });
    assert_eq!((message.as_str(), told.take().as_str(), board.dropped()), ("own payload", "of-3", vec![0, 1]));
    assert_eq!(Arc::strong_count(&told.0), 1, "it goes with the arms");
}

#[test]
fn c47_dropped_with_the_gather() {
    let told = Told::default();
    let mut gathered = Box::pin(gather!(pending::<()>(), pending::<()>(), progress = told.clone()));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    drop(gathered);
    assert_eq!((told.take().as_str(), Arc::strong_count(&told.0)), ("of-2", 1));
}

// ---- together ----

#[tokio::test(start_paused = true)]
async fn c37_c44_c47_all_of_them() {
    let mut told = Told::default();
    let all = gather!(
        load(20)?,
        after(30, "raw"),
        read(10, "x")?,
        load(5)?,
        errors = all,
        spawn,
        error = AppError,
        progress = &mut told
    );
    let (failed, waited) = timed(all).await;
    assert_eq!(failed.unwrap_err().iter().map(|(index, _)| index).collect::<Vec<_>>(), [0, 2]);
    assert_eq!((told.take().as_str(), waited), ("of-4 Good Failed Failed Good", Duration::from_millis(30)));
    let good = gather!(load(10)?, after(30, "raw"), progress = &mut told, spawn, errors = all);
    assert_eq!(good.await, Ok((10, "raw")));
    assert_eq!(told.take(), "of-2 Good Good");
    let first = gather!(load(20)?, load(30)?, progress = &mut told, spawn);
    assert_eq!(timed(first).await, (Err(20), Duration::from_millis(20)));
    assert_eq!(told.take(), "of-2 Failed");
}

/// Who is told need not go to another thread with the tasks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c37_c47_progress_stays_with_the_owner() {
    struct Local(Rc<RefCell<Vec<std::thread::ThreadId>>>);
    impl Progress for Local {
        fn finished(&mut self, _: Finished) {
            self.0.borrow_mut().push(std::thread::current().id());
        }
    }
    let seen = Rc::default();
    gather!(async { 1 }, async { 2 }, spawn, progress = Local(Rc::clone(&seen))).await;
    assert_eq!(*seen.borrow(), [std::thread::current().id(); 2]);
}

#[tokio::test]
async fn c11_every_expression_is_evaluated_once_and_the_arms_in_written_order() {
    let log = Log::new();
    let arm = |word: &'static str| {
        log.note(word);
        ready(Ok::<_, ()>(word))
    };
    let progress = || {
        log.note("progress");
        Told::default()
    };
    let gathered = gather!(arm("a")?, arm("b"), arm("c")?, errors = all, progress = progress(), spawn);
    let seen = log.text();
    assert_eq!(seen.split(' ').filter(|word| *word != "progress").collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(seen.matches("progress").count(), 1, "{seen}");
    assert_eq!(gathered.await, Ok(("a", Ok("b"), "c")));
    assert_eq!(log.text(), seen);
}

#[tokio::test]
async fn c9_a_question_mark_inside_an_arm_is_the_callers() {
    async fn both(text: &str) -> Result<(u64, u64), AppError> {
        gather!(load(text.parse()?)?, load(2)?, error = AppError, spawn).await
    }
    assert!(matches!(both("x").await, Err(AppError::Parse(_))));
    assert_eq!(both("1").await, Ok((1, 2)));
}

#[test]
fn c15_send_follows_from_the_arms() {
    fn send<T: Send>(value: T) -> T {
        value
    }
    fn now<F: Future>(future: F) -> F::Output {
        future.now_or_never().expect("it is ready")
    }
    assert_eq!(now(send(gather!(ready(Ok::<_, u64>(1))?, async { "x" }, error = AppError))), Ok((1, "x")));
    assert_eq!(now(send(gather!(ready(1), async { "x" }, progress = Told::default()))), (1, "x"));
    let local = Rc::new(5);
    assert_eq!(now(gather!(async { Ok::<_, u64>(*local) }?, error = AppError, progress = Told::default())), Ok((5,)));
}

/// Arms may borrow where there is no `spawn`, whatever else is asked for.
#[tokio::test]
async fn c14_arms_that_borrow() {
    let (text, mut count) = (String::from("7"), 0);
    let mut told = Told::default();
    let gathered = gather!(
        async { text.parse::<u8>() }?,
        async { Ok::<_, u64>(text.len()) }?,
        async { count += 1 },
        error = AppError,
        progress = &mut told
    );
    assert_eq!(gathered.await, Ok((7, 1, ())));
    assert_eq!((count, told.take().as_str()), (1, "of-3 Good Good Good"));
}

#[test]
fn c6_outputs_that_were_there_are_dropped_before_the_error_is_seen() {
    let (gauge, board) = (Gauge::new(), Board::new(1));
    let mut gathered = pin!(gather!(
        async { gauge.enter() },
        async {
            board.child(0).await;
            Err::<(), _>(1_u64)
        }?,
        error = AppError,
        progress = Told::default()
    ));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(gauge.now(), 1);
    board.finish(0);
    assert!(matches!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(Err(AppError::Number(1)))));
    assert_eq!(gauge.now(), 0);
}
