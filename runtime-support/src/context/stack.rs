//! Any number of contexts, entered one after the other and left in reverse.

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::mem::take;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::Handle;

use super::answer::Same;
use super::class::{Contextual, plan};
use super::entry::{Entered, Home};
use super::frame::{Ended, Frame, frame};
use super::lender::{Exit, Lender};
use super::plan::{Plan, context};
use crate::policy::timeout::timeout;
use crate::report::{Report, ReportKind, panic_message, report, text_of};
use crate::scope::{self, About, HowLong, Scope, What, grace_in_force};

/// Contexts whose number is known at run time only, and other things to be undone: the last one first.
///
/// It is itself a context, whose body gets it by `&mut`. What it holds is undone when the body has ended, each once, told how the body
/// ended. `E` is the body's own error. If several fail, the first error is that of the `with!`, unless the body has failed; the others
/// are reported. When the future of the `with!` is dropped, all of it goes on as one clean-up.
///
/// ```
/// use weftwork::{Context, ExitStack, context, with};
///
/// fn file(name: String) -> Context<String, std::io::Error> {
///     context!(async move {
///         let (name, _) = yield name;
///         println!("closes {name}");
///         Ok(())
///     })
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let length = with!(stack = ExitStack::new(), async || -> Result<usize, std::io::Error> {
///     let mut files = Vec::new();
///     for name in ["a", "b", "c"] {
///         files.push(stack.enter(file(name.into())).await?);
///     }
///     stack.push(async |exit| println!("first of all: {exit:?}"));
///     Ok(files.iter().map(|file| file.len()).sum())
/// })
/// .await?;
/// assert_eq!(length, 3);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[must_use = "an exit stack that is dropped undoes everything at once: use it in `with!`"]
pub struct ExitStack<E: fmt::Debug + Send + 'static = Infallible> {
    entries: Vec<Entry<E>>,
    /// That of the first entry.
    runtime: Option<Handle>,
    place: &'static Location<'static>,
}

/// Something to be undone.
struct Entry<E> {
    about: About,
    undo: Box<dyn FnOnce(Exit) -> Undoing<E> + Send>,
}

type Undoing<E> = Pin<Box<dyn Future<Output = Result<(), E>> + Send>>;

impl<E: fmt::Debug + Send + 'static> ExitStack<E> {
    /// An empty one.
    #[track_caller]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), runtime: None, place: Location::caller() }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Enters a context and gives its value. It is left with the stack.
    ///
    /// The context's errors have to become those of the body, `E`, by `From`; [`map_err`](crate::Context::map_err) changes them where
    /// they do not. A context that can not fail goes with [`with_error::<E>()`](crate::Context::with_error).
    ///
    /// # Errors
    /// The context's own, if it can not be entered. It is no entry then.
    ///
    /// # Panics
    /// If the context ends well without having lent.
    ///
    /// # Cancel safety
    /// Dropped meanwhile, the context is dropped as one that is being entered by `with!`, and is no entry.
    #[track_caller]
    pub fn enter<C, T, X>(&mut self, context: C) -> impl Future<Output = Result<Entered<T>, X>>
    where
        C: Contextual<'static, Value = T, Error = X>,
        T: Send + 'static,
        X: Send + 'static,
        E: From<X>,
    {
        let (plan, place) = (plan(context), Location::caller());
        async move {
            let mut frame = frame(plan);
            frame.set_place(place);
            if !frame.enter().await {
                let (Ended::Failed(error), _) = frame.end() else { unreachable!("a set-up that did not go well has failed") };
                return Err(error);
            }
            let value = frame.take_value().expect("a context that is entered has lent its value");
            let (entered, home) = Entered::new(value);
            self.entry(frame.about().clone(), move |exit| Box::pin(leave(frame, home, exit)));
            Ok(entered)
        }
    }

    /// Runs `undo` when the stack is left, told how the body ended. It ends with nothing, or with a `Result`.
    #[track_caller]
    pub fn push<F, B>(&mut self, undo: F)
    where
        F: FnOnce(Exit) -> B + Send + 'static,
        B: Future<Output: Undone<E>> + Send + 'static,
    {
        let about = About { what: What::CleanUp, name: scope::name_of::<B>(), place: Location::caller(), grace: None };
        self.entry(about, |exit| Box::pin(async move { undo(exit).await.undone() }));
    }

    /// Runs `undo` when the stack is left. It ends with nothing, or with a `Result`.
    #[track_caller]
    pub fn defer<B>(&mut self, undo: B)
    where
        B: Future<Output: Undone<E>> + Send + 'static,
    {
        let about = About { what: What::CleanUp, name: scope::name_of::<B>(), place: Location::caller(), grace: None };
        self.entry(about, |_| Box::pin(async move { undo.await.undone() }));
    }

    fn entry(&mut self, about: About, undo: impl FnOnce(Exit) -> Undoing<E> + Send + 'static) {
        if self.runtime.is_none() {
            self.runtime = Handle::try_current().ok();
        }
        self.entries.push(Entry { about, undo: Box::new(undo) });
    }

    /// Undoes everything now, told [`Completed`](Exit::Completed). The stack is empty then, and takes new entries.
    ///
    /// # Errors
    /// The first one. All entries run in any case.
    ///
    /// # Panics
    /// A panic of an entry goes on when all have run.
    ///
    /// # Cancel safety
    /// Dropped meanwhile, the rest goes on as a task.
    #[track_caller]
    pub fn close(&mut self) -> impl Future<Output = Result<(), E>> {
        let place = Location::caller();
        async move {
            let mut frame = frame(plan(self.pop_all()));
            frame.set_place(place);
            if frame.enter().await {
                frame.leave(Exit::Completed).await;
            }
            match frame.end().0 {
                Ended::Well => Ok(()),
                Ended::Failed(Same(error)) => Err(error),
                Ended::Panicked(payload) => resume_unwind(payload),
            }
        }
    }

    /// Moves everything to a new stack. This one has nothing to undo any more.
    ///
    /// ```
    /// use weftwork::{ExitStack, with};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let kept = with!(stack = ExitStack::new(), {
    ///     stack.defer(async { println!("undone when the second one is left") });
    ///     stack.pop_all()
    /// })
    /// .await;
    /// with!(_ = kept, { println!("still there") }).await;
    /// # });
    /// ```
    pub fn pop_all(&mut self) -> Self {
        Self { entries: take(&mut self.entries), runtime: self.runtime.clone(), place: self.place }
    }
}

/// Undoes everything, the last one first. Each begins when the one before it has ended, and what was handed over in that.
///
/// It owns the entries and not the stack, which would be handed over again where this is dropped.
async fn undo_all<E: fmt::Debug>(mut entries: Vec<Entry<E>>, exit: Exit) -> Result<(), E> {
    let (mut failed, mut panicked) = (None, None::<Box<dyn Any + Send>>);
    while let Some(Entry { about, undo }) = entries.pop() {
        match caught(move || undo(exit)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if failed.is_none() => failed = Some((about, error)),
            Ok(Err(error)) => tell(&about, ReportKind::CleanUpFailed, format!("failed: {}", text_of(&error))),
            Err(payload) if panicked.is_none() => panicked = Some(payload),
            Err(payload) => tell(&about, ReportKind::CleanUpPanicked, format!("panicked: {}", panic_message(&*payload))),
        }
    }
    match (panicked, failed) {
        (Some(payload), failed) => {
            if let Some((about, error)) = failed {
                tell(&about, ReportKind::CleanUpFailed, format!("failed: {}", text_of(&error)));
            }
            resume_unwind(payload)
        }
        (None, Some((_, error))) => Err(error),
        (None, None) => Ok(()),
    }
}

impl<E: fmt::Debug + Send + 'static> Default for ExitStack<E> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

fn tell(about: &About, kind: ReportKind, message: String) {
    report(&Report::new(kind, about.name.clone(), message).at(about.place));
}

/// Runs an entry. Its panic is an outcome.
async fn caught<E>(undo: impl FnOnce() -> Undoing<E>) -> Result<Result<(), E>, Box<dyn Any + Send>> {
    let mut scope = Scope::new();
    let mut undoing = Some(catch_unwind(AssertUnwindSafe(undo))?);
    let ended = poll_fn(|cx| {
        let Some(running) = &mut undoing else { return Poll::Pending };
        match scope.watch(|| catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx)))) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    })
    .await;
    scope.watch(|| undoing = None);
    scope.clear(HowLong::ToTheEnd).await;
    ended
}

/// Leaves a context, once its value is given back. One whose value is held too long is left by a task.
async fn leave<T, X, E>(mut frame: Frame<'static, T, X>, home: Arc<Home<T>>, exit: Exit) -> Result<(), E>
where
    T: Send + 'static,
    X: Send + 'static,
    E: From<X>,
{
    let grace = frame.about().grace.unwrap_or_else(grace_in_force);
    let Ok(value) = timeout(grace, home.returned()).await else {
        let about = frame.about().clone();
        tell(
            &about,
            ReportKind::CleanUpOverdue,
            format!("waits longer than {grace:?} for its value, which is still held; it goes on"),
        );
        if let Ok(runtime) = Handle::try_current() {
            scope::hand_over_quietly(&runtime, about, Scope::new(), async move {
                frame.put_value(home.returned().await);
                frame.leave(exit).await;
                frame.report();
            });
        }
        return Ok(());
    };
    frame.put_value(value);
    frame.leave(exit).await;
    match frame.end().0 {
        Ended::Well => Ok(()),
        Ended::Failed(error) => Err(error.into()),
        Ended::Panicked(payload) => resume_unwind(payload),
    }
}

impl<E: fmt::Debug + Send + 'static> Drop for ExitStack<E> {
    /// Outside of `with!`, everything is undone by a task.
    fn drop(&mut self) {
        if self.entries.is_empty() {
            return;
        }
        let about = About { what: What::CleanUp, name: NAME.into(), place: self.place, grace: None };
        let mut entries = take(&mut self.entries);
        let Some(runtime) = &self.runtime else {
            scope::lost(&about, "can not run: there was no runtime");
            while entries.pop().is_some() {}
            return;
        };
        scope::hand_over(runtime, about.clone(), Scope::new(), async move {
            if let Err(error) = undo_all(entries, Exit::Cancelled).await {
                tell(&about, ReportKind::CleanUpFailed, format!("failed: {}", text_of(&error)));
            }
        });
    }
}

const NAME: &str = "ExitStack";

#[diagnostic::do_not_recommend]
impl<E: fmt::Debug + Send + 'static> Contextual<'static> for ExitStack<E> {
    type Value = Self;
    type Error = Same<E>;

    fn plan(self) -> Plan<'static, Self, Same<E>> {
        let body = async move |lender: Lender<Self>| {
            let (mut stack, exit) = lender.lend(self).await;
            undo_all(take(&mut stack.entries), exit).await.map_err(Same)
        };
        context(body).named(NAME).0
    }
}

/// What an entry of a stack ends with: nothing, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "what an `ExitStack` runs ends with nothing, or with a `Result<(), E>` of the body's error, and this is `{Self}`",
    label = "ends with `{Self}`"
)]
pub trait Undone<E> {
    #[doc(hidden)]
    fn undone(self) -> Result<(), E>;
}

#[diagnostic::do_not_recommend]
impl<E> Undone<E> for () {
    fn undone(self) -> Result<(), E> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<E> Undone<E> for Result<(), E> {
    fn undone(self) -> Self {
        self
    }
}

impl<E: fmt::Debug + Send + 'static> fmt::Debug for ExitStack<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExitStack").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}
