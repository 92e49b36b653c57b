//! `spawn` and `Task`.

use std::any::{Any, type_name};
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;
use tokio::runtime::{Handle as Runtime, Id};

use super::cancel::Cancel;
use super::ended::{self, Ended, Unseen};
use super::error::TaskError;
use super::handle::{Handle, On};
use super::list::{self, Key, More};
use super::outcome::Told;
use super::running::{Left, Polled, Running};
use super::tree::TaskKind;
use super::who::{Name, TaskId, Who};
use crate::report::chain;
use crate::scope::{Carried, Scope, finish_behind};

/// Starts `future` as a task of its own, which belongs to the [`Task`] that this returns.
///
/// It runs from now on, also while nobody polls the [`Task`]; awaiting that gives its output. Dropping the [`Task`] cancels it, and
/// whoever is around waits until it is gone. What the caller is in goes along: the tracing span, the grace period of
/// [`with_grace`](crate::with_grace), and the group around it, if there is one.
///
/// For work that should end with a block of code rather than with a handle there is [`task_group`](crate::task_group), for work that
/// belongs to the whole program [`background`](crate::background).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::spawn;
///
/// async fn area(width: u32, height: u32) -> Result<u32, String> {
///     width.checked_mul(height).ok_or_else(|| "too large".into())
/// }
///
/// let task = spawn(area(3, 4)).named("area"); // runs from here on
/// let area = task.await; // first the `TaskError`, then the function's own error: `task.await??`
/// assert_eq!(area.unwrap(), Ok(12));
/// # });
/// ```
///
/// A task that is dropped at once is cancelled at once, so that this is a warning:
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// # async fn work() {}
/// # async fn outer() {
/// weftwork::spawn(work());
/// # }
/// ```
///
/// # Panics
/// Outside of a tokio runtime.
#[inline]
#[track_caller]
pub fn spawn<F, T>(future: F) -> Task<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let (of_type, site, carried) = (type_name::<F>(), Location::caller(), Carried::for_one());
    let runtime = super::runtime("spawn");
    let key = list::add_task(of_type, site);
    Begun { runtime, key, who: Who { id: key.id(), name: Name::OfType(of_type), site }, carried }.run(future)
}

/// One that is on the list, and does not run yet.
pub(super) struct Begun {
    runtime: Runtime,
    pub(super) key: Key,
    pub(super) who: Who,
    carried: Option<Arc<Carried>>,
}

impl Begun {
    /// One of the program.
    #[track_caller]
    pub(super) fn in_background(name: Name, site: &'static Location<'static>) -> Self {
        let runtime = super::runtime("background");
        let key = list::add(TaskKind::Background, &name, site);
        Self { runtime, key, who: Who { id: key.id(), name, site }, carried: None }
    }

    pub(super) fn runtime(&self) -> Id {
        self.runtime.id()
    }

    #[inline]
    pub(super) fn run<F>(self, future: F) -> Task<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let Self { runtime, key, who, carried } = self;
        let join = runtime.spawn(Free { running: Running::new(future, carried.clone()), key });
        Task { handle: Some(Handle::new(join, who, On::List(key, runtime.id()))), carried }
    }
}

pin_project! {
    /// A task that belongs to its handle.
    struct Free<F> {
        #[pin]
        running: Running<F>,
        key: Key,
    }

    impl<F> PinnedDrop for Free<F> {
        fn drop(this: Pin<&mut Self>) {
            // Nearly always it has left before.
            if !this.running.has_left() {
                this.cut();
            }
        }
    }
}

/// One that is off the list.
struct Departed {
    /// What its handle has left for it.
    more: Option<Box<More>>,
    /// A destructor has.
    panicked: Option<Box<Panicked>>,
}

struct Panicked {
    who: Who,
    payload: Box<dyn Any + Send>,
}

impl<F> Free<F> {
    /// Is dropped before its end.
    #[cold]
    fn cut(self: Pin<&mut Self>) {
        if let Some(Departed { panicked: Some(panicked), .. }) = self.leave() {
            ended::panicked(&panicked.who, &*panicked.payload);
        }
    }

    /// Drops the future, and takes the task off the list. `None` if that was done before.
    fn leave(mut self: Pin<&mut Self>) -> Option<Departed> {
        let this = self.as_mut().project();
        let left = this.running.leave(this.key.id())?;
        self.depart(left)
    }

    /// Takes it off the list, behind its future.
    #[inline]
    fn depart(self: Pin<&mut Self>, Left { scope, panicked }: Left) -> Option<Departed> {
        let this = self.project();
        let panicked = panicked.and_then(|payload| Some(Box::new(Panicked { who: this.key.who()?, payload })));
        let mut more = this.key.remove()?;
        if let Some(stop) = more.as_mut().and_then(|more| more.stop.take()) {
            // Who waits for the task waits for what it leaves behind; else that is nobody's business but `drain`'s.
            Carried::within(this.running.carried(), || finish_behind(stop, scope));
        }
        Some(Departed { more, panicked })
    }

    /// What is left of one that has panicked.
    #[cold]
    fn panicked(self: Pin<&mut Self>, payload: Box<dyn Any + Send>) -> Unseen {
        let who = self.key.who().expect("it is on the list until it leaves");
        if let Some(Departed { panicked: Some(second), .. }) = self.leave() {
            ended::panicked(&second.who, &*second.payload);
        }
        Unseen::panicked(who, payload)
    }
}

impl<F: Future<Output: 'static>> Free<F> {
    /// What is left of one that has returned.
    #[inline]
    fn returned(self: Pin<&mut Self>, output: F::Output, left: Left) -> Ended<F::Output> {
        let Some(Departed { more, panicked }) = self.depart(left) else { unreachable!("a task ends once") };
        match (panicked, more.and_then(|more| more.detached)) {
            (None, None) => Ended::Output(output),
            (None, Some(judge)) => judged(output, judge),
            (Some(panicked), judge) => {
                if let Some(judge) = judge {
                    // Nobody else sees that it has failed as well.
                    let _detached: Ended<F::Output> = judged(output, judge);
                }
                Ended::Panicked(Unseen::panicked(panicked.who, panicked.payload))
            }
        }
    }
}

impl<F: Future<Output: Send + 'static>> Future for Free<F> {
    type Output = Ended<F::Output>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.as_mut().project();
        match this.running.as_mut().poll(this.key.id(), cx) {
            Polled::Pending => {
                if this.running.begins_to_wait() {
                    this.key.waits();
                }
                Poll::Pending
            }
            Polled::Returned(output, left) => Poll::Ready(self.returned(output, left)),
            Polled::Panicked(payload) => Poll::Ready(Ended::Panicked(self.panicked(payload))),
        }
    }
}

/// What `detach` leaves: reports an output that is a failure.
struct Judge<T> {
    judge: fn(T, &Who),
    who: Who,
}

/// The end of a task whose handle may have been given up.
#[cold]
fn judged<T: 'static>(output: T, judge: Box<dyn Any + Send>) -> Ended<T> {
    let Ok(judge) = judge.downcast::<Judge<T>>() else { return Ended::Output(output) };
    // What it says is the user's code.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (judge.judge)(output, &judge.who))) {
        ended::panicked(&judge.who, &*payload);
    }
    Ended::Detached
}

fn judge<T: Told>(output: T, who: &Who) {
    if let Some(error) = output.into_failure() {
        ended::failed(who, &chain(&*error));
    }
}

/// A task that runs on its own and belongs to whoever holds this.
///
/// Awaiting it gives its output, or a [`TaskError`] if it was cancelled or has panicked. Where the output is a `Result` itself that is
/// `task.await??`, in a function whose error both become by `From`. Dropping it cancels the task: its future is
/// dropped, clean-ups in it run to their end, and the construct around waits for both, as does [`drain`](crate::drain). A panic that
/// nobody looked at is [reported](crate::set_report_hook), once, with name and place.
///
/// It may be awaited on another runtime, and by `&mut` in `select!`, without losing anything.
///
/// # Cancel safety
/// Polling it by `&mut` and stopping loses nothing. Dropping it cancels the task.
///
/// # Panics
/// Polled again after it has given its output.
#[must_use = "a task is cancelled when its handle is dropped: `.await` it, keep it, or `.detach()` it"]
pub struct Task<T> {
    /// Until it is given away.
    handle: Option<Handle<T>>,
    /// What goes along into it.
    carried: Option<Arc<Carried>>,
}

impl<T> Task<T> {
    /// Gives it a name, for errors, reports and lists.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.handle_mut().rename(Name::Given(name.into()));
        self
    }

    /// Cancels it now; awaiting what this returns waits until it is gone, with the clean-ups that were open in it. A task that has
    /// ended before keeps its output, which this gives.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use weftwork::spawn;
    ///
    /// let task = spawn(std::future::pending::<u32>());
    /// assert_eq!(task.cancel().await, None);
    ///
    /// let task = spawn(async { 7 });
    /// tokio::task::yield_now().await;
    /// assert_eq!(task.cancel().await, Some(7));
    /// # });
    /// ```
    pub fn cancel(mut self) -> Cancel<T> {
        Cancel::new(self.give_away())
    }

    /// What it has ended with, if it has ended; the task is used up by that. `None` while it runs, and after that.
    pub fn try_result(&mut self) -> Option<Result<T, TaskError>> {
        let handle = self.handle_mut();
        (!handle.is_taken() && handle.look()).then(|| handle.take())
    }

    /// Whether it has ended, in whatever way.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.handle().is_finished()
    }

    /// The name that it was given.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.handle().who.name.given()
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.handle().who.id
    }

    /// Where it was spawned.
    #[must_use]
    pub fn site(&self) -> &'static Location<'static> {
        self.handle().who.site
    }

    /// Lets it run on to its end without a handle. A failure, by [`Outcome`](crate::Outcome), and a panic are
    /// [reported](crate::set_report_hook).
    ///
    /// Of what it was spawned in the tracing span alone stays with it. Nobody waits for it, and the end of the runtime cuts it; work
    /// that the program should see through belongs to [`background`](crate::background).
    ///
    /// ```compile_fail,E0277
    /// // what should become of the number?
    /// weftwork::spawn(async { 7 }).detach();
    /// ```
    pub fn detach(mut self)
    where
        T: Told + Send + 'static,
    {
        if let Some(carried) = &self.carried {
            carried.let_go();
        }
        let mut handle = self.give_away();
        let to_be_judged: Box<dyn Any + Send> = Box::new(Judge { judge: judge::<T>, who: handle.who.clone() });
        if handle.detach(to_be_judged) {
            return;
        }
        // It has ended, or is about to: its future is gone, and its output on the way.
        let runtime = tokio::runtime::Handle::try_current();
        while runtime.is_err() && !handle.look() {
            thread::yield_now();
        }
        if handle.look() {
            judge_ended(&mut handle);
        } else if let Ok(runtime) = runtime {
            runtime.spawn(async move {
                std::future::poll_fn(|cx| handle.poll_ended(cx)).await;
                judge_ended(&mut handle);
            });
        }
    }

    fn handle(&self) -> &Handle<T> {
        self.handle.as_ref().expect("it is given away at the end alone")
    }

    pub(super) fn handle_mut(&mut self) -> &mut Handle<T> {
        self.handle.as_mut().expect("it is given away at the end alone")
    }

    pub(super) fn give_away(&mut self) -> Handle<T> {
        self.handle.take().expect("it is given away at the end alone")
    }
}

fn judge_ended<T: Told>(handle: &mut Handle<T>) {
    if handle.is_taken() {
        return;
    }
    match handle.take() {
        Ok(output) => {
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| judge(output, &handle.who))) {
                ended::panicked(&handle.who, &*payload);
            }
        }
        Err(error) => error.report_panic(),
    }
}

impl<T> Future for Task<T> {
    type Output = Result<T, TaskError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.handle_mut().poll(cx)
    }
}

impl<T> Unpin for Task<T> {}

impl<T> Drop for Task<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(handle) = self.handle.as_mut().filter(|handle| !handle.is_taken()) {
            give_up(handle);
        }
    }
}

/// Nobody has looked at its end, and nobody will.
fn give_up<T>(handle: &mut Handle<T>) {
    // One that has ended is dropped with what nobody has looked at, which is reported.
    if !handle.look() {
        let mut scope = Scope::new();
        handle.cancel(&mut scope);
        // Whoever is around waits for it.
        scope.pass_on();
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.handle {
            Some(handle) => handle.fmt_as("Task", f),
            None => f.write_str("Task"),
        }
    }
}
