//! A construct's wait for what was handed over in it.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::mem::{ManuallyDrop, take};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::runtime::Id;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::grace;
use super::notes::{self, Mark};
use super::outstanding::{About, Outstanding, Waiter, What};
use crate::report::{Report, ReportKind, report};

/// How long to wait for what has no time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HowLong {
    /// The grace period that is in force.
    Grace,
    /// To the end: an outer clean-up does not begin before the inner ones have ended. A task that was cancelled is
    /// waited for no longer than the default period, since two of them may wait for each other.
    ToTheEnd,
}

/// What was handed over in something, and has not ended. Dropped with something in it, whoever is around gets that.
///
/// `ManuallyDrop` since its own `Drop` empties it: so of an empty one nothing but a comparison is left.
#[derive(Debug, Default)]
pub(crate) struct Scope(ManuallyDrop<Option<Box<Open>>>);

#[derive(Default)]
struct Open {
    /// Not waited for yet.
    taken: Vec<Arc<Outstanding>>,
    /// There from the first poll on.
    wait: Option<Wait>,
    /// A destructor has, in what was given up: it goes on behind the wait.
    panicked: Option<Mutex<Box<dyn Any + Send>>>,
}

impl Scope {
    pub(crate) const fn new() -> Self {
        Self(ManuallyDrop::new(None))
    }

    /// Takes what was handed over on this thread since `mark`.
    #[inline]
    pub(crate) fn take_since(&mut self, mark: Mark) {
        if mark.is_past() {
            self.take(mark);
        }
    }

    #[cold]
    fn take(&mut self, mark: Mark) {
        let taken = mark.take();
        if taken.is_empty() {
            return;
        }
        let open = self.open();
        if open.taken.len() + taken.len() > open.taken.capacity() {
            // What stands for long, and has much handed over in it, keeps what still runs alone.
            open.taken.retain(|outstanding| !outstanding.is_over());
        }
        open.taken.extend(taken);
    }

    /// Takes this as well.
    pub(crate) fn add(&mut self, outstanding: Arc<Outstanding>) {
        self.open().taken.push(outstanding);
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Keeps something until all of it has ended.
    pub(crate) fn keep(&self, kept: impl Any + Send + Sync) {
        if let Some(open) = &*self.0 {
            let kept: Arc<dyn Any + Send + Sync> = Arc::new(kept);
            let waited_for = open.wait.iter().flat_map(|wait| &wait.line).map(|(_, outstanding)| outstanding);
            waited_for.chain(&open.taken).for_each(|outstanding| outstanding.keep(kept.clone()));
        }
    }

    /// Takes what is in another one.
    pub(crate) fn append(&mut self, mut other: Self) {
        if !other.is_empty() {
            self.watch(|| other.pass_on());
        }
    }

    fn open(&mut self) -> &mut Open {
        self.0.get_or_insert_default()
    }

    /// Takes what is handed over while `run` runs, also where that panics.
    #[inline]
    pub(crate) fn watch<R>(&mut self, run: impl FnOnce() -> R) -> R {
        let _taken = Taken { mark: Mark::now(), scope: self };
        run()
    }

    /// The same for what drops something. A panic in that goes on when the wait for the rest is over.
    pub(crate) fn give_up(&mut self, run: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| self.watch(run))) {
            self.open().panicked = Some(Mutex::new(payload));
        }
    }

    /// The same for something that goes on behind it on `runtime`. Where that runtime goes, and has taken something of this with it,
    /// what is behind must not begin: it is pending until it goes as well.
    pub(super) fn poll_clear_on(&mut self, runtime: Id, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(open) = &mut *self.0 {
            ready!(open.poll(HowLong::ToTheEnd, cx));
            if open.wait.as_ref().is_some_and(|wait| wait.lost_with == Some(runtime)) {
                return Poll::Pending;
            }
            *self.0 = None;
        }
        Poll::Ready(())
    }

    /// Waits until it has ended.
    pub(crate) fn poll_clear(&mut self, how_long: HowLong, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(open) = &mut *self.0 {
            ready!(open.poll(how_long, cx));
            let panicked = open.panicked.take();
            *self.0 = None;
            if let Some(payload) = panicked {
                resume_unwind(payload.into_inner().unwrap_or_else(PoisonError::into_inner));
            }
        }
        Poll::Ready(())
    }

    /// The same as a future.
    pub(crate) async fn clear(&mut self, how_long: HowLong) {
        poll_fn(|cx| self.poll_clear(how_long, cx)).await;
    }

    /// Hands on what has not ended to whoever is around.
    #[inline]
    pub(crate) fn pass_on(&mut self) {
        if self.0.is_some() {
            self.pass_all_on();
        }
    }

    #[cold]
    fn pass_all_on(&mut self) {
        let Some(open) = self.0.take() else { return };
        let Open { taken, wait, .. } = *open;
        let waited_for = wait.into_iter().flat_map(|wait| wait.line).map(|(_, outstanding)| outstanding);
        waited_for.chain(taken).filter(|outstanding| !outstanding.is_over()).for_each(notes::leave);
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        self.pass_on();
    }
}

/// Takes what was handed over since then.
struct Taken<'s> {
    mark: Mark,
    scope: &'s mut Scope,
}

impl Drop for Taken<'_> {
    #[inline]
    fn drop(&mut self) {
        self.scope.take_since(self.mark);
    }
}

impl Open {
    fn poll(&mut self, how_long: HowLong, cx: &mut Context<'_>) -> Poll<()> {
        let wait = self.wait.get_or_insert_with(|| Wait::new(how_long));
        wait.add(take(&mut self.taken));
        wait.poll(cx)
    }
}

/// What is waited for, and how long.
struct Wait {
    since: Instant,
    grace: Duration,
    how_long: HowLong,
    /// Sorted by when to look again whether it takes too long; those without an end to the wait come last.
    line: VecDeque<(Option<Instant>, Arc<Outstanding>)>,
    /// For the last one in the line: of many, each wakes the owner once at most.
    waiter: Option<Waiter>,
    /// For the first one.
    sleep: Option<Pin<Box<Sleep>>>,
    /// A runtime that is going, and has taken something with it.
    lost_with: Option<Id>,
}

impl Wait {
    fn new(how_long: HowLong) -> Self {
        Self {
            since: Instant::now(),
            grace: grace::in_force(),
            how_long,
            line: VecDeque::new(),
            waiter: None,
            sleep: None,
            lost_with: None,
        }
    }

    fn add(&mut self, taken: Vec<Arc<Outstanding>>) {
        if taken.is_empty() {
            return;
        }
        let now = Instant::now();
        let (alone, taken): (Vec<_>, Vec<_>) = taken.into_iter().partition(|one| one.is_on_its_own());
        // A limit around may keep its place until that ends.
        alone.into_iter().for_each(notes::leave);
        let timed = taken.into_iter().map(|one| (self.deadline(&one, now), one));
        let timed: Vec<_> = timed.collect();
        self.line.extend(timed);
        self.line.make_contiguous().sort_by_key(|(deadline, _)| order(*deadline));
        self.sleep = None;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            while let Some((_, last)) = self.line.back() {
                let waiter = match self.waiter.take() {
                    Some(waiter) if waiter.is_for(last) => waiter,
                    _ => Waiter::new(last.clone()),
                };
                if self.waiter.insert(waiter).poll(cx).is_pending() {
                    break;
                }
                self.lost_with = last.lost_with().or(self.lost_with);
                self.line.pop_back();
            }
            let Some((deadline, _)) = self.line.front() else { return Poll::Ready(()) };
            // Without an end to it, this waits for what is outstanding alone.
            let Some(deadline) = *deadline else { return Poll::Pending };
            ready!(self.poll_sleep(deadline, cx));
            self.look_at_first();
        }
    }

    /// Lets go of the first one if it takes too long.
    fn look_at_first(&mut self) {
        self.sleep = None;
        let Some((_, first)) = self.line.pop_front() else { return };
        if first.is_over() {
            self.lost_with = first.lost_with().or(self.lost_with);
            return;
        }
        let now = Instant::now();
        match self.deadline(&first, now) {
            Some(deadline) if deadline <= now => {
                self.overdue(&first);
                first.set_overdue();
                notes::leave(first);
            }
            later => {
                let place = self.line.partition_point(|(deadline, _)| order(*deadline) <= order(later));
                self.line.insert(place, (later, first));
            }
        }
    }

    /// When to look again whether it takes too long; never is later than the clock can say.
    ///
    /// A time of its own begins with the clean-up itself, and not while that waits for those below it.
    fn deadline(&self, one: &Outstanding, now: Instant) -> Option<Instant> {
        let About { grace: own, what, .. } = one.about();
        let has_grace = self.how_long == HowLong::Grace || matches!(what, What::Task(_));
        let grace = has_grace.then_some(self.grace);
        let Some(own) = *own else { return self.since.checked_add(grace?) };
        if let Some(begun) = one.begun() {
            return begun.checked_add(own);
        }
        let look_again = now.checked_add(own);
        let Some(grace) = grace else { return look_again };
        look_again.min(self.since.checked_add(grace.max(own)))
    }

    fn overdue(&self, one: &Outstanding) {
        let about = one.about();
        let grace = about.grace.unwrap_or(self.grace);
        let to_stop = if about.what == What::CleanUp { "" } else { " to stop" };
        let message = format!("takes longer than {grace:?}{to_stop}; it goes on, and nobody waits for it but `drain`");
        report(
            &match about.what {
                What::CleanUp | What::Thread => Report::new(ReportKind::CleanUpOverdue, about.name.clone(), message),
                What::Tasks => Report::new(ReportKind::TaskOverdue, about.name.clone(), message),
                What::Task(task) => Report::new(ReportKind::TaskOverdue, about.name.clone(), message).of_task(task),
            }
            .at(about.place),
        );
    }

    fn poll_sleep(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.sleep.is_none() {
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            // On a runtime without time there is no end to the wait. That can not be asked for, only tried.
            self.sleep = catch_unwind(|| Box::pin(sleep_until(deadline))).ok();
        }
        let Some(sleep) = &mut self.sleep else {
            self.line.iter_mut().for_each(|(deadline, _)| *deadline = None);
            return Poll::Pending;
        };
        // Whoever shares the task may have spent its budget.
        pin!(coop::unconstrained(sleep.as_mut())).poll(cx)
    }
}

/// Those without a deadline come last.
fn order(deadline: Option<Instant>) -> (bool, Option<Instant>) {
    (deadline.is_none(), deadline)
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waited_for = self.wait.as_ref().map(|wait| wait.line.len());
        f.debug_struct("Open").field("taken", &self.taken).field("waited_for", &waited_for).finish_non_exhaustive()
    }
}
