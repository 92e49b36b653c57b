//! What the caller and the thread share.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use tokio::runtime::{Handle, Id};

use super::inside::{Awaited, Inside};
use super::pool::Pool;
use crate::report::{Report, ReportKind, panic_message, report};
use crate::scope::{About, Outstanding, Scope, finish_behind, leave};

/// Where both meet.
struct Meeting<W, T> {
    about: About,
    runtime: Id,
    is_given_up: AtomicBool,
    now: Mutex<Now<W, T>>,
}

struct Now<W, T> {
    phase: Phase<W, T>,
    /// The caller's.
    waker: Option<Waker>,
}

enum Phase<W, T> {
    /// No thread has begun.
    Queued(W),
    Running,
    /// It runs, and nobody waits for it: it is on the list until its end.
    GivenUp(Arc<Outstanding>),
    Ended(Ended<T>),
    /// Nothing is left of it.
    Over,
}

struct Ended<T> {
    result: thread::Result<T>,
    /// What was handed over in it.
    scope: Scope,
}

/// The side of the caller.
pub(super) struct Caller<W, T>(Arc<Meeting<W, T>>);

/// The side of the thread.
struct Job<W, T> {
    meeting: Arc<Meeting<W, T>>,
    inside: Option<Inside>,
}

impl<W, T> Caller<W, T>
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    /// Queues the work.
    pub(super) fn begin(runtime: &Handle, pool: Pool, about: About, work: W, cx: &Context<'_>) -> Self {
        let now = Mutex::new(Now { phase: Phase::Queued(work), waker: Some(cx.waker().clone()) });
        let meeting = Arc::new(Meeting { about, runtime: runtime.id(), is_given_up: AtomicBool::new(false), now });
        let job = Job { meeting: meeting.clone(), inside: Some(Inside::current()) };
        pool.spawn(runtime, move || job.run());
        Self(meeting)
    }
}

impl<W, T> Caller<W, T> {
    /// The result, or the panic, which goes on here.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<T> {
        let mut now = self.0.now();
        if !matches!(now.phase, Phase::Ended(_)) {
            let is_known = now.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
            let old = if is_known { None } else { now.waker.replace(cx.waker().clone()) };
            drop(now);
            drop(old);
            return Poll::Pending;
        }
        let Phase::Ended(Ended { result, mut scope }) = now.become_over() else { unreachable!("it was looked at") };
        drop(now);
        // What the work has handed over is the business of who is around.
        scope.pass_on();
        Poll::Ready(result.unwrap_or_else(|payload| resume_unwind(payload)))
    }
}

impl<W, T> Drop for Caller<W, T> {
    fn drop(&mut self) {
        let mut now = self.0.now();
        match now.become_over() {
            Phase::Queued(work) => {
                drop(now);
                drop(work);
            }
            Phase::Running => {
                let outstanding = Outstanding::register(self.0.about.clone(), self.0.runtime);
                now.phase = Phase::GivenUp(outstanding.clone());
                self.0.is_given_up.store(true, Ordering::Relaxed);
                drop(now);
                leave(outstanding);
            }
            Phase::Ended(Ended { result, scope }) => {
                drop(now);
                drop(scope);
                self.0.drop_unseen(result);
            }
            Phase::GivenUp(_) | Phase::Over => {}
        }
    }
}

impl<W, T> Job<W, T>
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    fn run(mut self) {
        let Some((inside, work)) = self.inside.take().zip(self.meeting.begin()) else { return };
        inside.within(self.meeting.clone(), || {
            let mut scope = Scope::new();
            let result = scope.watch(|| catch_unwind(AssertUnwindSafe(work)));
            self.meeting.end(result, scope);
        });
    }
}

impl<W, T> Drop for Job<W, T> {
    /// Its runtime has gone before a thread had time for it.
    fn drop(&mut self) {
        if let Some(work) = self.meeting.begin() {
            self.meeting.now().phase = Phase::Over;
            drop(work);
        }
    }
}

impl<W, T> Meeting<W, T> {
    fn now(&self) -> MutexGuard<'_, Now<W, T>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread has time for it: the work, if it is still wanted.
    fn begin(&self) -> Option<W> {
        let mut now = self.now();
        match now.become_over() {
            Phase::Queued(work) => {
                now.phase = Phase::Running;
                Some(work)
            }
            other => {
                now.phase = other;
                None
            }
        }
    }

    fn end(&self, result: thread::Result<T>, mut scope: Scope) {
        let mut now = self.now();
        if let Phase::GivenUp(outstanding) = now.become_over() {
            drop(now);
            // The payload of a panic may panic itself when it is dropped: it is over all the same.
            let dropped = catch_unwind(AssertUnwindSafe(|| scope.watch(|| self.drop_unseen(result))));
            finish_behind(outstanding, scope);
            std::mem::forget(dropped);
            return;
        }
        now.phase = Phase::Ended(Ended { result, scope });
        let waker = now.waker.take();
        drop(now);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Nobody sees how it ended.
    fn drop_unseen(&self, result: thread::Result<T>) {
        let dropped = result.and_then(|output| catch_unwind(AssertUnwindSafe(|| drop(output))));
        if let Err(payload) = dropped {
            self.panicked(&*payload);
        }
    }

    fn panicked(&self, payload: &(dyn Any + Send)) {
        let About { name, place, .. } = &self.about;
        let message = format!("panicked: {}", panic_message(payload));
        report(&Report::new(ReportKind::TaskPanicked, name.clone(), message).at(place));
    }
}

impl<W, T> Now<W, T> {
    /// Takes the phase away.
    fn become_over(&mut self) -> Phase<W, T> {
        std::mem::replace(&mut self.phase, Phase::Over)
    }
}

impl<W: Send, T: Send> Awaited for Meeting<W, T> {
    fn is_given_up(&self) -> bool {
        self.is_given_up.load(Ordering::Relaxed)
    }
}
