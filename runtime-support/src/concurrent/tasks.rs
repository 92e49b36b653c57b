//! Children that are tasks of their own: `spawn`.

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem::{replace, take};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::thread;

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};

use crate::report::{Report, ReportKind, panic_message, report};
use crate::scope::{About, Carried, HowLong, Mark, Scope, What, hand_over};
use crate::task::list::Standing;

/// What reports and lists say that the tasks are.
const NAME: &str = "spawn";

/// The tasks of one `gather!`, `as_completed!` or race.
#[derive(Clone, Debug)]
pub struct Tasks(Arc<Shared>);

/// What the tasks and their owner share.
#[derive(Debug)]
struct Shared {
    /// All of them are one entry.
    entry: Standing,
    runtime: Handle,
    running: AtomicUsize,
    /// Who waits for the last one to end.
    owner: Mutex<Option<Waker>>,
    /// Whether one was dropped before its end, or has failed: then the whole may have ended early.
    has_failed: AtomicBool,
    /// What was handed over in the tasks.
    scope: Mutex<Scope>,
    place: &'static Location<'static>,
}

/// See `Tasks`.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn tasks() -> Tasks {
    let Ok(runtime) = Handle::try_current() else { panic!("`spawn` needs a tokio runtime, and this is called outside of one") };
    Tasks(Arc::new(Shared {
        entry: Standing::of_tasks(NAME),
        runtime,
        running: AtomicUsize::new(0),
        owner: Mutex::new(None),
        has_failed: AtomicBool::new(false),
        scope: Mutex::default(),
        place: Location::caller(),
    }))
}

impl Tasks {
    /// A child that becomes a task at its first poll. `judge` says what an output that nobody looks at was, if it was a failure.
    pub(super) fn arm<F>(&self, future: F, judge: Judge<F::Output>) -> Spawned<F, F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        Spawned { state: State::Waiting { future, judge, tasks: self.clone(), spawn: Self::spawn } }
    }

    /// A child that is a task from now on.
    pub(super) fn spawn<F>(&self, future: F, judge: Judge<F::Output>) -> Running<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let Self(shared) = self;
        shared.running.fetch_add(1, Ordering::Relaxed);
        let carried = Carried::for_each();
        Running(shared.runtime.spawn(Task { future: Some(future), judge, carried, counted: Some(Counted(shared.clone())) }))
    }

    fn are_gone(&self) -> bool {
        self.0.running.load(Ordering::Acquire) == 0
    }

    /// Waits until no task is left, and nothing of one either.
    fn poll_ended(&self, cx: &Context<'_>) -> Poll<()> {
        if self.0.running.load(Ordering::Acquire) == 0 {
            return Poll::Ready(());
        }
        let mut owner = self.0.owner.lock().unwrap_or_else(PoisonError::into_inner);
        let old = owner.replace(cx.waker().clone());
        drop(owner);
        drop(old);
        // The last one may have looked for the waker before it was there.
        if self.0.running.load(Ordering::Acquire) == 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Waits for what was handed over in the tasks, too.
    async fn ended(self) {
        poll_fn(|cx| self.poll_ended(cx)).await;
        let mut scope = self.0.take_scope();
        scope.clear(HowLong::ToTheEnd).await;
    }

    /// Lets whoever is around wait for those that are left; `drain` does as well.
    fn leave(&self) {
        if self.are_gone() {
            self.0.take_scope().pass_on();
            return;
        }
        let about = About { what: What::Tasks, name: NAME.into(), place: self.0.place, grace: None };
        hand_over(&self.0.runtime, about, Scope::new(), self.clone().ended());
    }
}

impl Shared {
    fn scope(&self) -> MutexGuard<'_, Scope> {
        self.scope.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_scope(&self) -> Scope {
        take(&mut *self.scope())
    }
}

/// Says what an output that nobody looks at was, if it was a failure.
pub(super) type Judge<T> = fn(&T) -> Option<&'static str>;

/// Counts a task until it is gone with all that was in it, an output that nobody took included.
struct Counted(Arc<Shared>);

impl Drop for Counted {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            let owner = self.0.owner.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(owner) = owner {
                owner.wake();
            }
        }
    }
}

pin_project! {
    /// What runs in a task. The count comes behind the future, as it goes when that is gone.
    struct Task<F: Future> {
        #[pin]
        future: Option<F>,
        judge: Judge<F::Output>,
        // Of the owner.
        carried: Option<Arc<Carried>>,
        counted: Option<Counted>,
    }

    impl<F: Future> PinnedDrop for Task<F> {
        fn drop(this: Pin<&mut Self>) {
            if let (Some(_), Some(Counted(shared))) = (&this.future, &this.counted) {
                shared.has_failed.store(true, Ordering::Relaxed);
            }
            this.leave();
        }
    }
}

impl<F: Future> Task<F> {
    /// Drops the future, and keeps what is handed over in that for the owner.
    fn leave(self: Pin<&mut Self>) {
        let mut this = self.project();
        let _left = this.counted.as_ref().map(|Counted(shared)| Left { shared, mark: Mark::now() });
        let (carried, future) = (this.carried, &mut this.future);
        let of = this.counted.as_ref().map(|Counted(shared)| &shared.entry);
        Standing::within(of, || Carried::exactly(carried, || future.set(None)));
    }
}

/// Keeps what is handed over from then on for the owner, also where a destructor panics.
struct Left<'t> {
    shared: &'t Shared,
    mark: Mark,
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        if self.mark.is_past() {
            self.shared.scope().take_since(self.mark);
        }
    }
}

impl<F: Future> Future for Task<F> {
    type Output = Ended<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_mut().project();
        let Some(future) = this.future.as_pin_mut() else { panic!("a task is polled up to its end") };
        let left = this.counted.as_ref().map(|Counted(shared)| Left { shared, mark: Mark::now() });
        let of = this.counted.as_ref().map(|Counted(shared)| &shared.entry);
        let polled =
            catch_unwind(AssertUnwindSafe(|| Standing::within(of, || Carried::exactly(this.carried, || future.poll(cx)))));
        drop(left);
        let output = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(payload) => Err(payload),
        };
        self.as_mut().leave();
        let this = self.project();
        let failed = output.as_ref().map_or(true, |output| (this.judge)(output).is_some());
        if let (true, Some(Counted(shared))) = (failed, &*this.counted) {
            shared.has_failed.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Ended { output: Some(output), judge: *this.judge, counted: this.counted.take() })
    }
}

/// The end of a task. Where nobody takes what is in it, and it is a failure, that is reported.
struct Ended<T> {
    output: Option<thread::Result<T>>,
    judge: Judge<T>,
    counted: Option<Counted>,
}

impl<T> Drop for Ended<T> {
    fn drop(&mut self) {
        let (kind, message) = match &self.output {
            Some(Ok(output)) => match (self.judge)(output) {
                Some(what) => (ReportKind::ChildFailed, format!("failed, and nobody looked at its `{what}`")),
                None => return,
            },
            Some(Err(payload)) => {
                (ReportKind::ChildPanicked, format!("panicked, and nobody looked at that: {}", panic_message(&**payload)))
            }
            None => return,
        };
        let told = Report::new(kind, NAME, message);
        report(&match &self.counted {
            Some(Counted(shared)) => told.at(shared.place),
            None => told,
        });
    }
}

/// A child that is a task of its own. Dropping it cancels the task.
pub struct Running<O>(JoinHandle<Ended<O>>);

impl<O> Future for Running<O> {
    type Output = O;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        Pin::new(&mut self.0).poll(cx).map(output)
    }
}

impl<O> Drop for Running<O> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<O> fmt::Debug for Running<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

/// A child that becomes a task of its own at its first poll.
///
/// That the future may become one is known where this is made, and is asked nowhere else: see `Together`.
pub struct Spawned<F, O> {
    state: State<F, O>,
}

enum State<F, O> {
    Waiting {
        future: F,
        judge: Judge<O>,
        tasks: Tasks,
        spawn: fn(&Tasks, F, Judge<O>) -> Running<O>,
    },
    Running(Running<O>),
    /// Only while that is done.
    Started,
}

// The future is moved into its task before it is polled.
impl<F, O> Unpin for Spawned<F, O> {}

impl<F, O> Future for Spawned<F, O> {
    type Output = O;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        if let State::Running(task) = &mut self.state {
            return Pin::new(task).poll(cx);
        }
        let State::Waiting { future, judge, tasks, spawn } = replace(&mut self.state, State::Started) else {
            panic!("a child that is a task could not be started")
        };
        let mut task = spawn(&tasks, future, judge);
        let polled = Pin::new(&mut task).poll(cx);
        self.state = State::Running(task);
        polled
    }
}

impl<F, O> fmt::Debug for Spawned<F, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawned").finish_non_exhaustive()
    }
}

/// The output of a task; its panic goes on in its owner.
fn output<T>(ended: Result<Ended<T>, JoinError>) -> T {
    let payload = match ended {
        Ok(mut ended) => match ended.output.take() {
            Some(Ok(output)) => return output,
            Some(Err(payload)) => payload,
            None => unreachable!("an output is taken once"),
        },
        // In a destructor of the future.
        Err(error) if error.is_panic() => error.into_panic(),
        Err(_) => panic!("a child is gone without an output: the runtime that ran it has shut down"),
    };
    resume_unwind(payload)
}

pin_project! {
    /// Children that are tasks, and the wait for those that are cancelled: all are gone before anybody sees the outcome, and the
    /// clean-ups in them have ended. Dropped, it cancels them, and leaves that wait to others.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Supervised<G, O> {
        // Emptied at its end, which cancels what still runs.
        #[pin]
        children: Option<G>,
        outcome: Option<thread::Result<O>>,
        scope: Scope,
        tasks: Tasks,
    }

    impl<G, O> PinnedDrop for Supervised<G, O> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.children.is_some() {
                this.children.set(None);
                this.tasks.leave();
            }
        }
    }
}

/// See `Supervised`.
pub fn supervised<G: Future>(children: G, tasks: &Tasks) -> Supervised<G, G::Output> {
    Supervised { children: Some(children), outcome: None, scope: Scope::new(), tasks: tasks.clone() }
}

impl<G: Future<Output = O>, O> Future for Supervised<G, O> {
    type Output = O;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        let mut this = self.project();
        if let Some(children) = this.children.as_mut().as_pin_mut() {
            let mark = Mark::now();
            let polled = catch_unwind(AssertUnwindSafe(|| children.poll(cx)));
            this.scope.take_since(mark);
            *this.outcome = Some(match polled {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(output)) => Ok(output),
                Err(payload) => Err(payload),
            });
            let (children, tasks) = (&mut this.children, this.tasks);
            this.scope.watch(|| {
                children.set(None);
                tasks.leave();
            });
            if tasks.are_gone() && !tasks.0.has_failed.load(Ordering::Relaxed) {
                // Nothing was given up: what is still outstanding is the business of who is around.
                this.scope.pass_on();
            }
        }
        ready!(this.scope.poll_clear(HowLong::Grace, cx));
        match this.outcome.take() {
            Some(Ok(output)) => Poll::Ready(output),
            Some(Err(payload)) => resume_unwind(payload),
            None => panic!("polled after it had returned"),
        }
    }
}

impl<G, O> fmt::Debug for Supervised<G, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervised").field("running", &self.tasks.0.running).finish_non_exhaustive()
    }
}
