//! Failures, each with a number, and who was told of them.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use weftwork::{OnFailure, Report, ReportKind};

use super::world::{Count, count};

/// What children, bodies and clean-ups fail with.
pub(crate) struct Fault(u64);

/// Who was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// Whoever awaited the group.
    GroupError,
    /// Whoever awaited the group: a panic.
    GroupPanic,
    /// The same, as one of the clean-ups' errors.
    GroupCleanUps,
    /// Whoever awaited the task or the child.
    Handle,
    /// The caller of the `with!`.
    Value,
    Hook,
}

#[derive(Default)]
struct Record {
    told: Vec<Via>,
    group: Option<Arc<GroupState>>,
    is_panic: bool,
}

/// How a group has ended, and who runs in it.
#[derive(Debug)]
pub(crate) struct GroupState {
    on_failure: OnFailure,
    limit: usize,
    waits: bool,
    running: AtomicUsize,
    end: AtomicU8,
}

const RETURNED: u8 = 1;
const PANICKED: u8 = 2;

static ALL: Mutex<BTreeMap<u64, Record>> = Mutex::new(BTreeMap::new());
static VIOLATIONS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Somebody was told.
static TOLD: Notify = Notify::const_new();

fn all() -> MutexGuard<'static, BTreeMap<u64, Record>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

fn violation(text: String) {
    VIOLATIONS.lock().unwrap_or_else(PoisonError::into_inner).push(text);
}

impl GroupState {
    pub(crate) fn new(on_failure: OnFailure, limit: usize, waits: bool) -> Arc<Self> {
        Arc::new(Self { on_failure, limit, waits, running: AtomicUsize::new(0), end: AtomicU8::new(0) })
    }

    pub(crate) fn returned(&self) {
        self.end.store(RETURNED, Ordering::SeqCst);
    }

    pub(crate) fn panicked(&self) {
        self.end.store(PANICKED, Ordering::SeqCst);
    }

    /// Whether it waits for everything when it fails.
    pub(crate) fn cancels(&self) -> bool {
        self.on_failure == OnFailure::Cancel
    }

    pub(crate) fn ignores(&self) -> bool {
        self.on_failure == OnFailure::Ignore
    }

    /// A child runs.
    pub(crate) fn run(self: &Arc<Self>) -> Running {
        let before = self.running.fetch_add(1, Ordering::SeqCst);
        if before >= self.limit {
            violation(format!("{} children run in a group with {} places", before + 1, self.limit));
        }
        if self.end.load(Ordering::SeqCst) != 0 && self.waits {
            violation("a child begins in a group that has ended".into());
        }
        Running(self.clone())
    }
}

/// A child that runs.
pub(crate) struct Running(Arc<GroupState>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Fault {
    fn happens(group: Option<&Arc<GroupState>>, is_panic: bool) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        count(if is_panic { Count::Panic } else { Count::Error });
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        all().insert(number, Record { told: Vec::new(), group: group.cloned(), is_panic });
        Self(number)
    }

    /// An error that is about to be returned.
    pub(crate) fn error(group: Option<&Arc<GroupState>>) -> Self {
        Self::happens(group, false)
    }

    /// A panic.
    pub(crate) fn raise(group: Option<&Arc<GroupState>>) -> ! {
        // Without a word of the panic hook.
        resume_unwind(Box::new(Self::happens(group, true).to_string()))
    }

    pub(crate) fn told(&self, via: Via) {
        told(self.0, via);
    }
}

fn told(number: u64, via: Via) {
    count(match via {
        Via::GroupError => Count::InGroupError,
        Via::GroupPanic => Count::Resumed,
        Via::GroupCleanUps => Count::InCleanUps,
        Via::Handle => Count::ByHandle,
        Via::Value => Count::ByValue,
        Via::Hook => Count::Reported,
    });
    match all().get_mut(&number) {
        Some(record) => record.told.push(via),
        None => violation(format!("fault {number} has not happened, or was over, and {via:?} is told")),
    }
    TOLD.notify_waiters();
}

/// The same of a text with a fault in it.
pub(crate) fn text_told(text: &str, via: Via) {
    let number = text.split_once("fault ").and_then(|(_, rest)| {
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    });
    match number {
        Some(number) => told(number, via),
        None => violation(format!("{via:?} is told what nobody has done: {text}")),
    }
}

/// The same of a panic.
pub(crate) fn payload_told(payload: &(dyn Any + Send), via: Via) {
    let text = payload.downcast_ref::<String>().map_or("another payload", String::as_str);
    text_told(text, via);
}

/// The same of the report of a clean-up in a group's error.
pub(crate) fn clean_up_told(report: &Report) {
    text_told(report.message(), Via::GroupCleanUps);
}

/// The hook.
pub(crate) fn reported(report: &Report) {
    match report.kind() {
        ReportKind::TaskOverdue | ReportKind::CleanUpOverdue => count(Count::Overdue),
        _ => text_told(report.message(), Via::Hook),
    }
}

/// Waits until somebody was told of each fault.
pub(crate) async fn all_are_told() {
    loop {
        let told = TOLD.notified();
        if all().values().all(|record| !record.told.is_empty()) {
            return;
        }
        told.await;
    }
}

/// What was wrong since the last time; forgets the faults.
pub(crate) fn take_violations() -> Vec<String> {
    let mut violations = std::mem::take(&mut *VIOLATIONS.lock().unwrap_or_else(PoisonError::into_inner));
    for (number, record) in std::mem::take(&mut *all()) {
        let Record { told, group, is_panic } = record;
        let what = if is_panic { "panic" } else { "error" };
        if told.len() != 1 {
            violations.push(format!("fault {number}, {what} of {group:?}, was told {told:?} and not once"));
            continue;
        }
        // Whoever gets the group's error gets all of them.
        let Some(group) = group else { continue };
        let has_returned = group.end.load(Ordering::SeqCst) == RETURNED;
        if has_returned && group.waits && !group.ignores() && told[0] != Via::GroupError {
            violations.push(format!("fault {number}, {what}, is not in the error of its {group:?}: {told:?}"));
        }
    }
    violations
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fault {}", self.0)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Fault {}
