//! The hook, where tasks fail: replaced meanwhile, panicking, and gone (C127, C128, W46, W47). It is that of the whole process: one
//! test after the other, in a program of their own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use weftwork::{
    Group, OnFailure, Report, ReportKind, Restart, TaskId, background, background_with_restart, drain_background, secs,
    set_report_hook, spawn, take_report_hook, task_group,
};
use weftwork_tests::Log;

static TURN: Mutex<()> = Mutex::new(());

fn my_turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn workers(count: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(count).enable_all().build().unwrap()
}

/// How often each task was told.
type Told = BTreeMap<TaskId, u32>;

/// What hooks were told, and a bell for each time.
#[derive(Default)]
struct Seen {
    told: Mutex<Told>,
    bell: Condvar,
}

impl Seen {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until so many tasks were reported. The end of the wait is against a hang alone.
    fn wait_for(&self, tasks: usize) {
        let waited = self.bell.wait_timeout_while(self.told(), secs(60), |told| told.len() < tasks);
        let (told, result) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!result.timed_out(), "{} of {tasks} were told", told.len());
    }
}

/// A hook.
fn counting(seen: &Arc<Seen>) -> impl Fn(&Report) + Send + Sync + use<> {
    let seen = seen.clone();
    move |report| {
        *seen.told().entry(report.task().expect("a task")).or_default() += 1;
        seen.bell.notify_all();
    }
}

async fn fails(number: u32) -> Result<(), &'static str> {
    assert!(number.is_multiple_of(2), "on purpose");
    Err("on purpose")
}

/// Twelve hundred tasks of every kind, each of which fails, at the same moment on all workers.
fn fail_everywhere(runtime: &Runtime) {
    let together = Arc::new(tokio::sync::Barrier::new(4));
    let all: Vec<_> = (0..4)
        .map(|_| {
            let together = together.clone();
            runtime.spawn(async move {
                together.wait().await;
                for number in 0..100 {
                    background("c128", fails(number));
                    spawn(async { Err::<(), _>("on purpose") }).detach();
                    let group = task_group(async |group: Group<String>| {
                        group.spawn(async { Err::<(), String>("on purpose".into()) });
                        Ok(())
                    });
                    group.on_failure(OnFailure::Ignore).await.unwrap();
                }
            })
        })
        .collect();
    runtime.block_on(async {
        for one in all {
            one.await.unwrap();
        }
        assert!(drain_background(Duration::MAX).await.is_empty());
    });
}

#[test]
fn c128_the_hook_is_replaced_while_tasks_fail_on_all_workers() {
    let _turn = my_turn();
    let seen = Arc::new(Seen::default());
    set_report_hook(counting(&seen));
    let is_over = Arc::new(AtomicBool::new(false));
    let replacing = {
        let (seen, is_over) = (seen.clone(), is_over.clone());
        std::thread::spawn(move || {
            let mut replaced = 0_u64;
            while !is_over.load(Ordering::Relaxed) {
                set_report_hook(counting(&seen));
                replaced += 1;
                std::thread::yield_now();
            }
            replaced
        })
    };
    let runtime = workers(4);
    fail_everywhere(&runtime);
    // A detached one may be on its way to its end; behind the runtime's nothing is.
    seen.wait_for(1200);
    drop(runtime);
    is_over.store(true, Ordering::Relaxed);
    assert!(replacing.join().unwrap() > 0);
    take_report_hook();
    let told = std::mem::take(&mut *seen.told());
    assert_eq!(told.len(), 1200);
    assert!(told.values().all(|count| *count == 1), "each was told once, to one hook alone");
}

/// The hook itself replaces it, on every worker at the same time.
#[test]
fn c128_hooks_that_replace_the_hook() {
    fn replaces(seen: &Arc<Seen>) -> impl Fn(&Report) + Send + Sync + use<> {
        let (count, seen) = (counting(seen), seen.clone());
        move |report| {
            count(report);
            set_report_hook(replaces(&seen));
        }
    }
    let _turn = my_turn();
    let seen = Arc::new(Seen::default());
    set_report_hook(replaces(&seen));
    let runtime = workers(4);
    fail_everywhere(&runtime);
    seen.wait_for(1200);
    drop(runtime);
    take_report_hook();
    let told = seen.told();
    assert_eq!((told.len(), told.values().max()), (1200, Some(&1)));
}

/// A hook is told on all workers at once: none waits for another's.
#[test]
fn c128_hooks_run_side_by_side() {
    let _turn = my_turn();
    let met = Arc::new(Barrier::new(2));
    let inside = met.clone();
    set_report_hook(move |_| {
        inside.wait();
    });
    let runtime = workers(3);
    runtime.block_on(async {
        for _ in 0..2 {
            background("c128 side by side", async { Err::<(), _>("on purpose") });
        }
        assert!(drain_background(Duration::MAX).await.is_empty());
    });
    take_report_hook();
}

/// And it may be replaced while one of them is in it.
#[test]
fn c128_the_hook_is_replaced_while_one_is_told() {
    let _turn = my_turn();
    let (met, log) = (Arc::new(Barrier::new(2)), Log::new());
    let (inside, noted) = (met.clone(), log.clone());
    set_report_hook(move |report| {
        inside.wait();
        inside.wait();
        noted.note(format!("first:{}", report.name()));
    });
    let runtime = workers(2);
    let _entered = runtime.enter();
    background("one", async { Err::<(), _>("on purpose") });
    met.wait();
    let (noted, (told, is_told)) = (log.clone(), channel());
    set_report_hook(move |report| {
        noted.note(format!("second:{}", report.name()));
        told.send(()).unwrap();
    });
    background("two", async { Err::<(), _>("on purpose") });
    // Were it to wait for the first one, that would be for ever.
    is_told.recv_timeout(secs(60)).unwrap();
    met.wait();
    assert!(runtime.block_on(drain_background(Duration::MAX)).is_empty());
    take_report_hook();
    assert_eq!(log.text(), "second:two first:one");
}

#[test]
fn c127_the_hook_gets_kind_name_number_site_and_message() {
    let _turn = my_turn();
    let told: Arc<Mutex<Vec<Report>>> = Arc::default();
    let telling = told.clone();
    set_report_hook(move |report| telling.lock().unwrap().push(report.clone()));
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let line = line!() + 2;
    runtime.block_on(async {
        background("c127", async { Err::<(), _>("on purpose") });
        assert!(drain_background(secs(5)).await.is_empty());
    });
    take_report_hook();
    let told = std::mem::take(&mut *told.lock().unwrap());
    let [report] = &told[..] else { panic!("one report, and not {told:?}") };
    assert_eq!((report.kind(), report.name(), report.message()), (ReportKind::TaskFailed, "c127", "failed: on purpose"));
    let site = report.site().unwrap();
    assert!(site.file().ends_with("background_hook.rs") && site.line() == line && site.column() > 1);
    assert!(report.task().is_some());
}

#[test]
fn w47_a_hook_that_panics_harms_nobody() {
    let _turn = my_turn();
    let log = Log::new();
    let noted = log.clone();
    set_report_hook(move |report| {
        noted.note(report.message());
        panic!("in the hook, on purpose");
    });
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let ended = log.clone();
        background("w47 other", async move {
            tokio::time::sleep(secs(5)).await;
            ended.note("other");
        });
        let mut runs = 0;
        background_with_restart("w47", Restart::new(), move || {
            runs += 1;
            let run = runs;
            async move { if run < 3 { Err(format!("{run}")) } else { Ok(()) } }
        });
        assert!(drain_background(secs(9)).await.is_empty());
    });
    take_report_hook();
    assert_eq!(log.text(), "failed: 1 failed: 2 other");
}

/// The hook is called in a task's own poll: what it starts there is a task as any other.
#[test]
fn w46_a_hook_may_start_tasks_that_fail() {
    let _turn = my_turn();
    let log = Log::new();
    let noted = log.clone();
    set_report_hook(move |report| {
        noted.note(report.name());
        if report.name() == "first" {
            background("second", async { Err::<(), _>("on purpose") });
        }
    });
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        background("first", async { Err::<(), _>("on purpose") });
        assert!(drain_background(Duration::MAX).await.is_empty());
    });
    take_report_hook();
    assert_eq!(log.text(), "first second");
}

const ALONE: &str = "WEFTWORK_HOOK_ALONE";

/// In a process of its own, whose stderr can be read: one line for each.
#[test]
fn w46_without_a_hook_a_failure_is_one_line_on_stderr() {
    if std::env::var_os(ALONE).is_some() {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            background("w46 stderr", async { Err::<(), _>("on purpose") });
            background("w46 stderr", async {});
            assert!(drain_background(secs(5)).await.is_empty());
        });
        return;
    }
    let mut alone = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "w46_without_a_hook_a_failure_is_one_line_on_stderr"])
        .env(ALONE, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(alone.stderr.take().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<String> = lines.filter(|line| line.starts_with("weftwork: ")).collect();
    assert!(alone.wait().unwrap().success());
    let [line] = &lines[..] else { panic!("one line, and not {lines:?}") };
    assert!(line.starts_with("weftwork: the task `w46 stderr` #") && line.ends_with(" failed: on purpose"), "{line}");
    assert!(line.contains("background_hook.rs:"), "{line}");
}
