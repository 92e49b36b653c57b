//! What still runs although nobody awaits it, and the list of it.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::Id;
use tokio::time::Instant;

use crate::task::TaskId;

/// What is known of something that is handed over.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) what: What,
    pub(crate) name: Cow<'static, str>,
    /// Where it was entered or started.
    pub(crate) place: &'static Location<'static>,
    /// How long those wait who wait for it, if it has a time of its own.
    pub(crate) grace: Option<Duration>,
}

/// What is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    CleanUp,
    /// Tasks that are cancelled, of one `spawn`.
    Tasks,
    /// A task that is cancelled.
    Task(TaskId),
    /// Work on a thread of its own, which nothing can stop: constructs do not wait for it, `drain` does.
    Thread,
}

/// The name of the function that a body stands in, from the name of the body's type.
pub(crate) fn name_of<B>() -> Cow<'static, str> {
    Cow::Borrowed(short_name(std::any::type_name::<B>()))
}

/// The same for a name.
pub(crate) fn short_name(mut name: &str) -> &str {
    while let Some(shorter) = name.strip_suffix("::{{closure}}") {
        name = shorter;
    }
    name
}

/// Something that still runs.
#[derive(Debug)]
pub(crate) struct Outstanding {
    number: u64,
    about: About,
    since: Instant,
    runtime: Id,
    end: Mutex<End>,
}

#[derive(Debug, Default)]
struct End {
    /// When it had nothing to wait for itself any more.
    begun: Option<Instant>,
    is_over: bool,
    /// It was dropped before its end, with its runtime.
    is_lost: bool,
    /// Somebody has waited for it long enough.
    is_overdue: bool,
    /// Who waits, each with a number of its own.
    waiting: Vec<(u64, Waker)>,
    waiters: u64,
    /// Dropped at the end.
    kept: Kept,
}

#[derive(Default)]
struct Kept(Vec<Arc<dyn Any + Send + Sync>>);

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({})", self.0.len())
    }
}

/// In the order in which they were handed over.
static ALL: Mutex<BTreeMap<u64, Arc<Outstanding>>> = Mutex::new(BTreeMap::new());

fn all() -> MutexGuard<'static, BTreeMap<u64, Arc<Outstanding>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first one of a runtime.
pub(super) fn first(runtime: Id) -> Option<Arc<Outstanding>> {
    all().values().find(|outstanding| outstanding.runtime == runtime).cloned()
}

/// What is left on a runtime.
pub(super) fn left(runtime: Id) -> Vec<CleanUp> {
    let of_runtime = |outstanding: &&Arc<Outstanding>| outstanding.runtime == runtime;
    all().values().filter(of_runtime).map(|outstanding| outstanding.clean_up()).collect()
}

impl Outstanding {
    pub(crate) fn register(about: About, runtime: Id) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let outstanding = Arc::new(Self { number, about, since: Instant::now(), runtime, end: Mutex::default() });
        all().insert(number, outstanding.clone());
        outstanding
    }

    /// It will not come to its end.
    pub(super) fn lose(&self) {
        self.end().is_lost = true;
    }

    /// The runtime that goes, if that took this with it.
    pub(super) fn lost_with(&self) -> Option<Id> {
        self.end().is_lost.then_some(self.runtime)
    }

    pub(crate) fn runtime(&self) -> Id {
        self.runtime
    }

    /// It has ended, or it is lost.
    pub(crate) fn finish(&self) {
        let listed = all().remove(&self.number);
        let mut end = self.end();
        end.is_over = true;
        let (waiting, kept) = (std::mem::take(&mut end.waiting), std::mem::take(&mut end.kept));
        drop(end);
        drop(listed);
        drop(kept);
        waiting.into_iter().for_each(|(_, waker)| waker.wake());
    }

    pub(crate) fn is_over(&self) -> bool {
        self.end().is_over
    }

    pub(super) fn set_overdue(&self) {
        self.end().is_overdue = true;
    }

    /// Whether nobody waits for it but `drain`, and those that keep something until its end.
    pub(super) fn is_on_its_own(&self) -> bool {
        self.about.what == What::Thread || self.end().is_overdue
    }

    /// Keeps something until the end.
    pub(super) fn keep(&self, kept: Arc<dyn Any + Send + Sync>) {
        let mut end = self.end();
        if !end.is_over {
            end.kept.0.push(kept);
        }
    }

    /// It waits for nothing else any more.
    pub(super) fn begin(&self) {
        self.end().begun = Some(Instant::now());
    }

    pub(super) fn begun(&self) -> Option<Instant> {
        self.end().begun
    }

    fn end(&self) -> MutexGuard<'_, End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn about(&self) -> &About {
        &self.about
    }

    pub(crate) fn clean_up(&self) -> CleanUp {
        let About { name, place, .. } = self.about.clone();
        CleanUp { name, place, age: self.since.elapsed() }
    }
}

/// Waits for the end of something. Dropped, it leaves nothing behind there.
#[derive(Debug)]
pub(crate) struct Waiter {
    outstanding: Arc<Outstanding>,
    number: u64,
}

impl Waiter {
    pub(crate) fn new(outstanding: Arc<Outstanding>) -> Self {
        let mut end = outstanding.end();
        let number = end.waiters;
        end.waiters += 1;
        drop(end);
        Self { outstanding, number }
    }

    pub(super) fn is_for(&self, outstanding: &Arc<Outstanding>) -> bool {
        Arc::ptr_eq(&self.outstanding, outstanding)
    }

    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        let mut end = self.outstanding.end();
        if end.is_over {
            return Poll::Ready(());
        }
        let old = match end.waiting.iter_mut().find(|(number, _)| *number == self.number) {
            Some((_, waker)) if waker.will_wake(cx.waker()) => None,
            Some((_, waker)) => Some(std::mem::replace(waker, cx.waker().clone())),
            None => {
                end.waiting.push((self.number, cx.waker().clone()));
                None
            }
        };
        drop(end);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut end = self.outstanding.end();
        let place = end.waiting.iter().position(|(number, _)| *number == self.number);
        let waker = place.map(|place| end.waiting.swap_remove(place));
        drop(end);
        drop(waker);
    }
}

/// A clean-up that was handed over to a task and still runs: what [`drain`](crate::drain) names.
///
/// Tasks that were cancelled are among them until they are gone, with their own name and the place where they were spawned.
#[derive(Clone, Debug)]
pub struct CleanUp {
    name: Cow<'static, str>,
    place: &'static Location<'static>,
    age: Duration,
}

impl CleanUp {
    /// The name of the context, or of the task: the one that it was given, or that of the function around it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the context was entered, or the task spawned.
    #[must_use]
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// How long ago it was handed over, when this was made.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age
    }
}

impl fmt::Display for CleanUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}, since {:?}", self.name, self.place, self.age)
    }
}
