//! A construct's wait for what was handed over in it.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::grace;
use super::notes::{self, Mark};
use super::outstanding::Outstanding;
use crate::report::{Report, ReportKind, report};

/// How long to wait for what has no time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HowLong {
    /// The grace period that is in force.
    Grace,
    /// To the end: an outer clean-up does not begin before the inner ones have ended.
    ToTheEnd,
}

/// What was handed over in something, and has not ended. Dropped with something in it, whoever is around gets that.
#[derive(Debug, Default)]
pub(crate) struct Scope(ManuallyDrop<Option<Box<Open>>>);

struct Open {
    outstanding: Vec<Arc<Outstanding>>,
    /// There from the first poll on.
    wait: Option<Wait>,
}

struct Wait {
    since: Instant,
    grace: Option<Duration>,
    /// When the time of the first one is over, if there is an end to it.
    next: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Scope {
    pub(crate) const fn new() -> Self {
        Self(None)
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
        match &mut self.0 {
            Some(open) => {
                open.outstanding.extend(taken);
                open.wait = None;
            }
            None => self.0 = Some(Box::new(Open { outstanding: taken, wait: None })),
        }
    }

    /// Takes what is handed over while `run` runs.
    pub(crate) fn watch<R>(&mut self, run: impl FnOnce() -> R) -> R {
        let mark = Mark::now();
        let result = run();
        self.take_since(mark);
        result
    }

    /// Waits until it has ended.
    pub(crate) fn poll_clear(&mut self, how_long: HowLong, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(open) = &mut self.0 {
            std::task::ready!(open.poll(how_long, cx));
            self.0 = None;
        }
        Poll::Ready(())
    }

    /// The same as a future.
    pub(crate) async fn clear(&mut self, how_long: HowLong) {
        poll_fn(|cx| self.poll_clear(how_long, cx)).await;
    }

    /// Hands on what has not ended to whoever is around.
    pub(crate) fn pass_on(&mut self) {
        if let Some(open) = self.0.take() {
            open.outstanding.into_iter().filter(|outstanding| !outstanding.is_over()).for_each(notes::leave);
        }
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            self.pass_on();
        }
    }
}

impl Open {
    fn poll(&mut self, how_long: HowLong, cx: &mut Context<'_>) -> Poll<()> {
        let Self { outstanding, wait } = self;
        let wait = wait.get_or_insert_with(|| Wait::new(how_long, outstanding));
        loop {
            // One after the other: of many, each wakes the owner once at most.
            while let Some(last) = outstanding.last() {
                if last.poll_over(cx).is_pending() {
                    break;
                }
                outstanding.pop();
            }
            if outstanding.is_empty() {
                return Poll::Ready(());
            }
            std::task::ready!(wait.poll_next(cx));
            let now = Instant::now();
            outstanding.retain(|one| {
                let is_late = wait.deadline(one).is_some_and(|deadline| deadline <= now);
                if is_late && !one.is_over() {
                    overdue(one, wait);
                }
                !is_late
            });
            wait.set_next(outstanding);
        }
    }
}

impl Wait {
    fn new(how_long: HowLong, outstanding: &[Arc<Outstanding>]) -> Self {
        let grace = (how_long == HowLong::Grace).then(grace::in_force);
        let mut wait = Self { since: Instant::now(), grace, next: None, sleep: None };
        wait.set_next(outstanding);
        wait
    }

    fn set_next(&mut self, outstanding: &[Arc<Outstanding>]) {
        self.next = outstanding.iter().filter_map(|one| self.deadline(one)).min();
        self.sleep = None;
    }

    fn time(&self, outstanding: &Outstanding) -> Option<(Instant, Duration)> {
        match outstanding.about().grace {
            Some(own) => Some((outstanding.since(), own)),
            None => self.grace.map(|grace| (self.since, grace)),
        }
    }

    /// Until when to wait for it; never is later than the clock can say.
    fn deadline(&self, outstanding: &Outstanding) -> Option<Instant> {
        self.time(outstanding).and_then(|(since, grace)| since.checked_add(grace))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Without an end to it, this waits for what is outstanding alone.
        let Some(next) = self.next else { return Poll::Pending };
        if self.sleep.is_none() {
            if next <= Instant::now() {
                return Poll::Ready(());
            }
            // On a runtime without time there is no end to the wait. That can not be asked for, only tried.
            self.sleep = catch_unwind(|| Box::pin(sleep_until(next))).ok();
        }
        let Some(sleep) = &mut self.sleep else {
            self.next = None;
            return Poll::Pending;
        };
        // Whoever shares the task may have spent its budget.
        pin!(coop::unconstrained(sleep.as_mut())).poll(cx)
    }
}

fn overdue(outstanding: &Outstanding, wait: &Wait) {
    let about = outstanding.about();
    let grace = wait.time(outstanding).map_or(Duration::ZERO, |(_, grace)| grace);
    let message = format!("takes longer than {grace:?}; it goes on, and nobody waits for it but `drain`");
    report(&Report::new(ReportKind::CleanUpOverdue, about.name.clone(), message).at(about.place));
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Open").field("outstanding", &self.outstanding).finish_non_exhaustive()
    }
}
