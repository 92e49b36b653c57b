//! A construct's wait for what was handed over in it.

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem::ManuallyDrop;
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
///
/// `ManuallyDrop` since its own `Drop` empties it: so of an empty one nothing but a comparison is left.
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
    /// There if there is an end to it.
    sleep: Option<Pin<Box<Sleep>>>,
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
        match &mut *self.0 {
            Some(open) => open.outstanding.extend(taken),
            None => *self.0 = Some(Box::new(Open { outstanding: taken, wait: None })),
        }
    }

    /// Takes what is handed over while `run` runs.
    pub(crate) fn watch<R>(&mut self, run: impl FnOnce() -> R) -> R {
        let mark = Mark::now();
        let result = run();
        self.take_since(mark);
        result
    }

    #[inline]
    pub(crate) fn is_clear(&self) -> bool {
        self.0.is_none()
    }

    /// Waits until it has ended.
    pub(crate) fn poll_clear(&mut self, how_long: HowLong, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(open) = &mut *self.0 {
            std::task::ready!(open.poll(how_long, cx));
            *self.0 = None;
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
        if !self.is_clear() {
            self.pass_all_on();
        }
    }

    #[cold]
    fn pass_all_on(&mut self) {
        if let Some(open) = self.0.take() {
            open.outstanding.into_iter().filter(|outstanding| !outstanding.is_over()).for_each(notes::leave);
        }
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        self.pass_on();
    }
}

impl Open {
    fn poll(&mut self, how_long: HowLong, cx: &mut Context<'_>) -> Poll<()> {
        let wait = self.wait.get_or_insert_with(|| Wait {
            since: Instant::now(),
            grace: (how_long == HowLong::Grace).then(grace::in_force),
            sleep: None,
        });
        loop {
            self.outstanding.retain(|outstanding| outstanding.poll_over(cx).is_pending());
            if self.outstanding.is_empty() {
                return Poll::Ready(());
            }
            let Some(next) = self.outstanding.iter().filter_map(|outstanding| wait.deadline(outstanding)).min() else {
                // There is no end to this wait.
                return Poll::Pending;
            };
            std::task::ready!(wait.poll_sleep(next, cx));
            let now = Instant::now();
            self.outstanding.retain(|outstanding| match wait.deadline(outstanding) {
                Some(deadline) if deadline <= now => {
                    overdue(outstanding, wait);
                    false
                }
                _ => true,
            });
        }
    }
}

impl Wait {
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

    fn poll_sleep(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.sleep.as_ref().is_none_or(|sleep| sleep.deadline() != deadline) {
            if deadline <= Instant::now() {
                return Poll::Ready(());
            }
            // On a runtime without time there is no end to the wait. That can not be asked for, only tried.
            let Ok(sleep) = catch_unwind(|| Box::pin(sleep_until(deadline))) else { return Poll::Pending };
            self.sleep = Some(sleep);
        }
        // Whoever shares the task may have spent its budget.
        let Some(sleep) = &mut self.sleep else { return Poll::Pending };
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
