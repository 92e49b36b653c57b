//! One context of a `with!`, from its first poll to the end of its clean-up.

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::attempt::Below;
use super::lender::Exit;
use super::plan::{Open, Plan};
use crate::policy::deadline::Deadline;
use crate::report::{Report, ReportKind, panic_message, report};
use crate::scope::{self, About, HowLong, Mark, Scope, What};
use crate::span::Span;

/// A context on its way, and the value while it is lent.
///
/// Dropped while its clean-up has not ended, it hands that over: the body is gone then, and what was handed over in it is waited for
/// first.
pub struct Frame<'a, T, E> {
    /// Until the clean-up has ended.
    open: Option<Open<'a, T, E>>,
    /// While the body has it.
    value: Option<T>,
    stage: Stage,
    below: Below,
    runtime: Option<Handle>,
    /// Ends the wait for a clean-up that has a period of its own.
    sleep: Option<Pin<Box<Sleep>>>,
    /// A poll is under way, or has panicked: the context must not be polled again.
    is_polled: bool,
    /// The slot knows whom to wake when the value is lent.
    is_waiting: bool,
    is_shielded: bool,
    ended: Ended<E>,
    span: Span,
    teller: Teller<E>,
    made_at: &'static Location<'static>,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Entering,
    Entered,
    /// Cleaning up, told how the body ended.
    Leaving(Exit),
}

/// What came of setting up and cleaning up.
pub(super) enum Ended<E> {
    Well,
    Failed(E),
    Panicked(Box<dyn Any + Send>),
}

/// Tells what nobody else gets.
pub(super) struct Teller<E> {
    about: About,
    describe: fn(&E) -> String,
}

/// What becomes of a context whose frame is dropped.
pub(super) type Abandon<'a, T, E> = fn(Open<'a, T, E>, Left<E>);

/// What a dropped frame leaves behind.
pub(super) struct Left<E> {
    runtime: Option<Handle>,
    below: Scope,
    span: Span,
    teller: Teller<E>,
    /// Whether those around it have waited long enough.
    is_overdue: bool,
}

/// See `Frame`.
#[track_caller]
pub fn frame<T, E>(plan: Plan<'_, T, E>) -> Frame<'_, T, E> {
    let Plan { open, name, made_at, grace, is_shielded, describe } = plan;
    Frame {
        open: Some(open),
        value: None,
        stage: Stage::Entering,
        below: Below::new(),
        runtime: Handle::try_current().ok(),
        sleep: None,
        is_polled: false,
        is_waiting: false,
        is_shielded,
        ended: Ended::Well,
        span: Span::current(),
        teller: Teller { about: About { what: What::CleanUp, name, place: Location::caller(), grace }, describe },
        made_at,
    }
}

impl<T, E> Frame<'_, T, E> {
    /// For a function between this and the user.
    pub(super) fn set_place(&mut self, place: &'static Location<'static>) {
        self.teller.about.place = place;
    }

    /// Sets up, and says whether that went well.
    pub async fn enter(&mut self) -> bool {
        poll_fn(|cx| self.poll_enter(cx)).await
    }

    fn poll_enter(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let Some(open) = &mut self.open else { return Poll::Ready(false) };
        if std::mem::take(&mut self.is_waiting) {
            open.slot.set_frame(None);
        }
        let mark = Mark::now();
        self.is_polled = true;
        let polled = open.body.as_mut().poll(cx);
        self.is_polled = false;
        self.below.scope().take_since(mark);
        match polled {
            Poll::Pending => {
                self.value = open.slot.take_lent();
                if self.value.is_none() {
                    // It may be lent while this does not poll it.
                    open.slot.set_frame(Some(cx.waker().clone()));
                    self.is_waiting = true;
                    self.value = open.slot.take_lent();
                }
                if self.value.is_none() {
                    return Poll::Pending;
                }
                self.stage = Stage::Entered;
                Poll::Ready(true)
            }
            Poll::Ready(Ok(())) => {
                self.open = None;
                let (name, made_at) = (&self.teller.about.name, self.made_at);
                panic!("the context `{name}` ({made_at}) has ended without lending anything: it has to come to its `yield`")
            }
            Poll::Ready(Err(error)) => {
                self.open = None;
                self.ended = Ended::Failed(error);
                Poll::Ready(false)
            }
        }
    }

    /// The value, for the body, and what is handed over in that.
    pub fn lend(&mut self) -> (&Below, &mut T) {
        (&self.below, self.value.as_mut().expect("a context that is entered has lent its value"))
    }

    /// Cleans up, told how the body ended. The body is gone by now.
    pub async fn leave(&mut self, exit: Exit) {
        self.stage = Stage::Leaving(exit);
        poll_fn(|cx| self.poll_leave(exit, cx)).await;
    }

    fn poll_leave(&mut self, exit: Exit, cx: &mut Context<'_>) -> Poll<()> {
        let grace = self.teller.about.grace;
        if self.below.scope().poll_clear(HowLong::ToTheEnd, cx).is_pending() {
            // A time of its own begins with the clean-up itself. Without any, nobody waits at all.
            if grace.is_none_or(|grace| !grace.is_zero()) {
                return Poll::Pending;
            }
        } else if self.poll_clean_up(exit, cx).is_ready() {
            return Poll::Ready(());
        }
        // An end to the wait is an end to that of everybody.
        ready!(self.poll_grace(cx));
        self.abandon(true);
        Poll::Ready(())
    }

    fn poll_clean_up(&mut self, exit: Exit, cx: &mut Context<'_>) -> Poll<()> {
        let Some(open) = &mut self.open else { return Poll::Ready(()) };
        if let Some(value) = self.value.take() {
            open.slot.give_back(value, exit);
        }
        self.is_polled = true;
        let polled = catch_unwind(AssertUnwindSafe(|| self.span.within(|| Deadline::hidden(|| open.body.as_mut().poll(cx)))));
        self.is_polled = false;
        self.ended = match polled {
            Ok(Poll::Pending) => {
                open.slot.wake_lending();
                return Poll::Pending;
            }
            Ok(Poll::Ready(Ok(()))) => Ended::Well,
            Ok(Poll::Ready(Err(error))) => Ended::Failed(error),
            Err(payload) => Ended::Panicked(payload),
        };
        self.open = None;
        Poll::Ready(())
    }

    /// Waits for the end of the clean-up's own period, if it has one.
    fn poll_grace(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(grace) = self.teller.about.grace else { return Poll::Pending };
        if !grace.is_zero() {
            if self.sleep.is_none() {
                // Later than the clock can say is never.
                let Some(deadline) = Instant::now().checked_add(grace) else { return Poll::Pending };
                self.sleep = Some(Box::pin(sleep_until(deadline)));
            }
            let Some(sleep) = &mut self.sleep else { return Poll::Pending };
            ready!(pin!(coop::unconstrained(sleep.as_mut())).poll(cx));
        }
        let message = format!("takes longer than {grace:?}; it goes on, and nobody waits for it but `drain`");
        self.teller.tell(ReportKind::CleanUpOverdue, message);
        Poll::Ready(())
    }

    /// Hands over what is left to do, if there is something and it can be.
    fn abandon(&mut self, is_overdue: bool) {
        let Some(open) = self.open.take() else { return };
        let Some(abandon) = open.abandon.filter(|_| !self.is_polled) else { return };
        match (self.stage, self.value.take()) {
            (Stage::Entering, _) if self.is_shielded => open.slot.leave(Exit::Cancelled),
            (Stage::Entered, Some(value)) => open.slot.give_back(value, Exit::Cancelled),
            (Stage::Leaving(exit), Some(value)) => open.slot.give_back(value, exit),
            (Stage::Leaving(_), None) => {}
            // Nothing was set up, or the value is where nobody can take it away.
            (Stage::Entering | Stage::Entered, _) => return,
        }
        open.slot.wake_lending();
        let (runtime, below) = (self.runtime.take(), std::mem::take(self.below.scope()));
        abandon(open, Left { runtime, below, span: self.span.clone(), teller: self.teller.clone(), is_overdue });
    }

    /// Takes the value out, for one who gives it back before the clean-up.
    pub(super) fn take_value(&mut self) -> Option<T> {
        self.value.take()
    }

    pub(super) fn put_value(&mut self, value: T) {
        self.value = Some(value);
    }

    pub(super) fn about(&self) -> &About {
        &self.teller.about
    }

    /// What came of it, once it is through, and who tells of it.
    pub(super) fn end(&mut self) -> (Ended<E>, &Teller<E>) {
        (std::mem::replace(&mut self.ended, Ended::Well), &self.teller)
    }

    /// Tells what came of it where nobody else gets that.
    pub(super) fn report(mut self) {
        let (ended, teller) = self.end();
        teller.ended(ended);
    }
}

impl<T, E> Drop for Frame<'_, T, E> {
    fn drop(&mut self) {
        self.abandon(false);
    }
}

/// Lets a context go on as a task: once what was handed over below it has ended, it cleans up.
pub(super) fn hand_over<T, E>(open: Open<'static, T, E>, left: Left<E>)
where
    T: Send + 'static,
    E: 'static,
{
    let Left { runtime, below, span, teller, is_overdue } = left;
    let about = teller.about.clone();
    let Some(runtime) = runtime else {
        scope::lost(&about, "can not run: there was no runtime");
        return;
    };
    let mut body = open.body;
    let rest = async move {
        if let Err(error) = poll_fn(|cx| span.within(|| body.as_mut().poll(cx))).await {
            teller.failed(&error);
        }
    };
    if is_overdue {
        scope::hand_over_quietly(&runtime, about, below, rest);
    } else {
        scope::hand_over(&runtime, about, below, rest);
    }
}

impl<E> Teller<E> {
    pub(super) fn tell(&self, kind: ReportKind, message: String) {
        report(&Report::new(kind, self.about.name.clone(), message).at(self.about.place));
    }

    pub(super) fn ended(&self, ended: Ended<E>) {
        match ended {
            Ended::Well => {}
            Ended::Failed(error) => self.failed(&error),
            Ended::Panicked(payload) => {
                self.tell(ReportKind::CleanUpPanicked, format!("panicked: {}", panic_message(&*payload)));
            }
        }
    }

    pub(super) fn failed(&self, error: &E) {
        self.tell(ReportKind::CleanUpFailed, format!("failed: {}", (self.describe)(error)));
    }
}

impl<E> Clone for Teller<E> {
    fn clone(&self) -> Self {
        Self { about: self.about.clone(), describe: self.describe }
    }
}

impl<T, E> fmt::Debug for Frame<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("about", &self.teller.about).field("stage", &self.stage).finish_non_exhaustive()
    }
}
