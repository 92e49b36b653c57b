//! What goes along from a task to those that it starts.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::policy::deadline::Deadline;
use crate::policy::limit::Links;
use crate::report::Collector;

thread_local! {
    /// Whether there is something. Nearly always there is nothing, and this is cheaper to ask.
    static IS_SET: Cell<bool> = const { Cell::new(false) };
    /// A period that was set inside of that, and is not shared yet.
    static GRACE: Cell<Option<Duration>> = const { Cell::new(None) };
    static CURRENT: Cell<Option<Arc<Carried>>> = const { Cell::new(None) };
    /// Whether retries leave out their pauses.
    static IS_UNDELAYED: Cell<bool> = const { Cell::new(false) };
}

/// The grace period that is in force, the deadline, the group that collects the failures of clean-ups, and whether retries pause.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    pub(super) grace: Option<Duration>,
    collector: Option<Arc<Collector>>,
    /// For what begins with this: where it is set for something in the same task, that has its own.
    deadline: Deadline,
    /// Of a clean-up: the permits that may be kept for it, which it can not wait for.
    links: Option<Arc<Links>>,
    is_undelayed: bool,
    /// The task that it is for was detached: nothing goes along any more.
    is_loose: AtomicBool,
}

impl Carried {
    /// That of this moment for a clean-up, which has nothing to do with a deadline.
    #[inline]
    pub(crate) fn for_clean_up() -> Option<Arc<Self>> {
        match Links::current() {
            None => Self::without_links(),
            links => Some(Arc::new(Self { links, ..Self::new(Deadline::NEVER) })),
        }
    }

    #[inline]
    fn without_links() -> Option<Arc<Self>> {
        match GRACE.get() {
            None if !IS_UNDELAYED.get() => IS_SET.get().then(Self::shared).flatten(),
            _ => Self::copy(Deadline::NEVER),
        }
    }

    /// That of this moment for one of many tasks.
    #[inline]
    pub(crate) fn for_each() -> Option<Arc<Self>> {
        match Deadline::for_task() {
            Deadline::NEVER => Self::without_links(),
            deadline => Self::copy(deadline),
        }
    }

    fn shared() -> Option<Arc<Self>> {
        // A thread that is at its end carries nothing.
        CURRENT.try_with(|current| peek(current, Clone::clone)).ok().flatten()
    }

    /// Reads that of this moment.
    pub(crate) fn read<R>(read: impl FnOnce(&Self) -> Option<R>) -> Option<R> {
        if !IS_SET.get() {
            return None;
        }
        let carried = |current: &Option<Arc<Self>>| current.as_deref().and_then(read);
        CURRENT.try_with(|current| peek(current, carried)).ok().flatten()
    }

    /// The grace period of this moment.
    pub(crate) fn grace() -> Option<Duration> {
        GRACE.get().or_else(|| Self::read(|carried| carried.grace))
    }

    /// Sets another grace period while `run` runs.
    #[inline]
    pub(crate) fn within_grace<R>(period: Duration, run: impl FnOnce() -> R) -> R {
        let _before = Before(GRACE.replace(Some(period)));
        run()
    }

    /// Whether retries leave out their pauses at this moment.
    pub(crate) fn is_undelayed() -> bool {
        IS_UNDELAYED.get()
    }

    /// Lets them while `run` runs.
    pub(crate) fn undelayed<R>(run: impl FnOnce() -> R) -> R {
        let _delayed = Delayed(IS_UNDELAYED.replace(true));
        run()
    }

    /// That of this moment with another collector, and another grace period if there is one.
    pub(crate) fn with_collector(collector: Arc<Collector>, grace: Option<Duration>) -> Arc<Self> {
        let grace = grace.or_else(Self::grace);
        let collector = Some(collector);
        Arc::new(Self { grace, collector, deadline: Deadline::for_task(), is_undelayed: IS_UNDELAYED.get(), ..Self::default() })
    }

    /// That of this moment for a single task, which may be detached.
    #[inline]
    pub(crate) fn for_one() -> Option<Arc<Self>> {
        if Self::is_nothing() { None } else { Self::copy(Deadline::for_task()) }
    }

    /// Whether there is nothing at all.
    #[inline]
    fn is_nothing() -> bool {
        !IS_SET.get() && GRACE.get().is_none() && Deadline::current() == Deadline::NEVER && !IS_UNDELAYED.get()
    }

    #[cold]
    fn copy(deadline: Deadline) -> Option<Arc<Self>> {
        Some(Arc::new(Self::new(deadline)))
    }

    fn new(deadline: Deadline) -> Self {
        let (grace, collector) = (Self::grace(), Self::collector());
        Self { grace, collector, deadline, is_undelayed: IS_UNDELAYED.get(), ..Self::default() }
    }

    /// The group that collects the failures of clean-ups at this moment.
    pub(crate) fn collector() -> Option<Arc<Collector>> {
        Self::read(|carried| carried.collector.clone())
    }

    /// Nothing goes along from the next poll on.
    pub(crate) fn let_go(&self) {
        self.is_loose.store(true, Ordering::Relaxed);
    }

    /// The same at the boundary of a task: nothing else is there while `run` runs.
    #[inline]
    pub(crate) fn exactly<R>(this: &mut Option<Arc<Self>>, run: impl FnOnce() -> R) -> R {
        if this.is_none() && Self::is_nothing() {
            return run();
        }
        let mut none = None;
        let is_loose = this.as_ref().is_some_and(|carried| carried.is_loose.load(Ordering::Relaxed));
        let this = if is_loose { &mut none } else { this };
        let deadline = this.as_ref().map_or(Deadline::NEVER, |carried| carried.deadline);
        let _set = Set::new(this);
        Deadline::within(deadline, run)
    }

    /// The same for a clean-up.
    pub(crate) fn exactly_for_clean_up<R>(this: &mut Option<Arc<Self>>, run: impl FnOnce() -> R) -> R {
        let links = this.as_ref().and_then(|carried| carried.links.clone());
        Self::exactly(this, || Deadline::hidden(|| Links::within(links.as_deref(), run)))
    }

    /// Sets it while `run` runs; nothing leaves what is there.
    #[inline]
    pub(crate) fn within<R>(this: &mut Option<Arc<Self>>, run: impl FnOnce() -> R) -> R {
        if this.is_none() {
            return run();
        }
        let _set = Set::new(this);
        run()
    }
}

fn peek<R>(current: &Cell<Option<Arc<Carried>>>, read: impl FnOnce(&Option<Arc<Carried>>) -> R) -> R {
    let carried = current.take();
    let seen = read(&carried);
    current.set(carried);
    seen
}

/// It is the thread's until this is dropped.
struct Set<'c> {
    owner: &'c mut Option<Arc<Carried>>,
    before: Option<Arc<Carried>>,
    _grace: Before,
    _delayed: Delayed,
}

/// Sets back the period that was set.
struct Before(Option<Duration>);

impl Drop for Before {
    fn drop(&mut self) {
        GRACE.set(self.0);
    }
}

/// Sets back whether retries pause.
struct Delayed(bool);

impl Drop for Delayed {
    fn drop(&mut self) {
        IS_UNDELAYED.set(self.0);
    }
}

impl<'c> Set<'c> {
    fn new(owner: &'c mut Option<Arc<Carried>>) -> Self {
        let carried = owner.take();
        IS_SET.set(carried.is_some());
        let is_undelayed = carried.as_ref().is_some_and(|carried| carried.is_undelayed);
        let before = CURRENT.try_with(|current| current.replace(carried)).ok().flatten();
        Self { owner, before, _grace: Before(GRACE.replace(None)), _delayed: Delayed(IS_UNDELAYED.replace(is_undelayed)) }
    }
}

impl Drop for Set<'_> {
    fn drop(&mut self) {
        let before = self.before.take();
        IS_SET.set(before.is_some());
        *self.owner = CURRENT.try_with(|current| current.replace(before)).ok().flatten();
    }
}
