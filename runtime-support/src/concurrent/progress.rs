//! Who is told how far a gather is.

use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::input::Extent;
use super::keep::Keep;
use super::pull::Pull;
use super::together::{Child, Together, Yield};

/// Is told how far a `gather!` with `progress = ..` is.
///
/// Every child that comes to its end is one call of [`finished`](Self::finished), made by the task that awaits the gather. Nothing is
/// called after the gather has returned, so a gather that ends early never tells of the children that it drops.
///
/// With the feature `indicatif` a `ProgressBar` and a reference to one are progress.
///
/// ```
/// use weftwork::{Finished, Progress, gather};
///
/// #[derive(Default)]
/// struct Count { total: Option<usize>, good: usize, bad: usize }
///
/// impl Progress for Count {
///     fn started(&mut self, total: Option<usize>) { self.total = total; }
///     fn finished(&mut self, child: Finished) {
///         match child {
///             Finished::Good => self.good += 1,
///             Finished::Failed => self.bad += 1,
///         }
///     }
/// }
///
/// # async fn load(id: u32) -> Result<u32, String> { if id == 3 { Err("gone".into()) } else { Ok(id) } }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut count = Count::default();
/// let loaded = gather!(for id in 1..=5 { load(id)? }, errors = all, progress = &mut count).await;
/// assert_eq!(loaded.unwrap_err().len(), 1);
/// assert_eq!((count.total, count.good, count.bad), (Some(5), 4, 1));
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can not be told how far a `gather!` is",
    label = "not a `Progress`",
    note = "`progress` takes what implements `weftwork::Progress`, or a `&mut` to that; with the feature `indicatif` a `ProgressBar` does"
)]
pub trait Progress {
    /// The gather is polled for the first time. `total` is the number of its children, where the input knows it exactly.
    fn started(&mut self, total: Option<usize>) {
        let _ = total;
    }

    /// A child has come to its end.
    fn finished(&mut self, child: Finished);
}

/// How a child of a `gather!` has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finished {
    /// With an output. Without a mark that may be an `Err` too, which is a value like any other there.
    Good,
    /// With a `?` behind it and an `Err`.
    Failed,
}

impl<P: Progress + ?Sized> Progress for &mut P {
    fn started(&mut self, total: Option<usize>) {
        (**self).started(total);
    }

    fn finished(&mut self, child: Finished) {
        (**self).finished(child);
    }
}

impl<P: Progress + ?Sized> Progress for Box<P> {
    fn started(&mut self, total: Option<usize>) {
        (**self).started(total);
    }

    fn finished(&mut self, child: Finished) {
        (**self).finished(child);
    }
}

/// Sets the length of the bar where the total is known, and moves it by one for every child.
#[cfg(feature = "indicatif")]
impl Progress for &indicatif::ProgressBar {
    fn started(&mut self, total: Option<usize>) {
        if let Some(total) = total {
            self.set_length(total as u64);
        }
    }

    fn finished(&mut self, _: Finished) {
        self.inc(1);
    }
}

/// As a reference to it.
#[cfg(feature = "indicatif")]
impl Progress for indicatif::ProgressBar {
    fn started(&mut self, total: Option<usize>) {
        (&*self).started(total);
    }

    fn finished(&mut self, child: Finished) {
        (&*self).finished(child);
    }
}

/// Futures that run together, with somebody who is told how far they are.
pub fn watched<P: Pull, K: Keep<Yield<P>, Output = O>, W: Progress, O>(
    together: Together<P, Child<P>, K, O>,
    progress: Told<W>,
    extent: Extent,
) -> Together<P, Child<P>, Watched<K, W>, O> {
    together.change(|pull, keep| (pull, Watched::new(keep, progress, extent)))
}

/// The value of `progress = ..`.
// Not `Copy`, whatever it is: an async block that uses it by value has to own it.
#[derive(Debug)]
pub struct Told<P>(pub(super) P);

/// What becomes of the outputs, and somebody who is told.
pub struct Watched<K, P> {
    keep: K,
    progress: P,
    /// Until it is told.
    total: Option<Extent>,
}

impl<K, P: Progress> Watched<K, P> {
    pub(super) fn new(keep: K, Told(progress): Told<P>, extent: Extent) -> Self {
        Self { keep, progress, total: Some(extent) }
    }

    fn tell<O>(&mut self, output: &O)
    where
        K: Keep<O>,
    {
        self.progress.finished(if K::is_failure(output) { Finished::Failed } else { Finished::Good });
    }
}

impl<O, K: Keep<O>, P: Progress> Keep<O> for Watched<K, P> {
    type Output = K::Output;

    fn begin(&mut self) {
        if let Some(total) = self.total.take() {
            self.progress.started(total.exactly);
        }
        self.keep.begin();
    }

    fn push_first(&mut self, output: O) -> ControlFlow<K::Output> {
        self.tell(&output);
        self.keep.push_first(output)
    }

    fn push(&mut self, output: O) -> ControlFlow<K::Output> {
        self.tell(&output);
        self.keep.push(output)
    }

    fn push_pending(&mut self) {
        self.keep.push_pending();
    }

    fn count(&self) -> usize {
        self.keep.count()
    }

    fn set(&mut self, input: usize, output: O) -> ControlFlow<K::Output> {
        self.tell(&output);
        self.keep.set(input, output)
    }

    fn finish(&mut self) -> K::Output {
        self.keep.finish()
    }

    fn clear(&mut self) {
        self.keep.clear();
    }

    fn unread(&self) -> usize {
        self.keep.unread()
    }
}

impl<K, P> fmt::Debug for Watched<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

/// Somebody who is told by several arms.
#[derive(Debug)]
pub struct Shared<P>(Arc<Mutex<Hearing<P>>>);

#[derive(Debug)]
struct Hearing<P> {
    progress: P,
    /// Until it is told.
    total: Option<usize>,
}

/// See `Shared`. `total` is the number of the arms.
pub fn shared<P: Progress>(Told(progress): Told<P>, total: usize) -> Shared<P> {
    Shared(Arc::new(Mutex::new(Hearing { progress, total: Some(total) })))
}

impl<P: Progress> Shared<P> {
    fn with(&self, tell: impl FnOnce(&mut P)) {
        // Arms are polled one after the other: nobody waits for this lock.
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(total) = told.total.take() {
            told.progress.started(Some(total));
        }
        tell(&mut told.progress);
    }
}

pin_project! {
    /// An arm that tells when it has ended.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Telling<F, O, P> {
        #[pin]
        future: F,
        shared: Shared<P>,
        is_started: bool,
        is_failure: fn(&O) -> bool,
    }
}

/// See `Telling`.
pub fn told<F: Future, P>(future: F, shared: &Shared<P>) -> Telling<F, F::Output, P> {
    Telling { future, shared: Shared(shared.0.clone()), is_started: false, is_failure: |_| false }
}

/// The same for an arm with a mark.
pub fn told_of_failure<T, E, F: Future<Output = Result<T, E>>, P>(future: F, shared: &Shared<P>) -> Telling<F, Result<T, E>, P> {
    Telling { future, shared: Shared(shared.0.clone()), is_started: false, is_failure: Result::is_err }
}

impl<F: Future<Output = O>, O, P: Progress> Future for Telling<F, O, P> {
    type Output = O;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<O> {
        let this = self.project();
        if !std::mem::replace(this.is_started, true) {
            this.shared.with(|_| {});
        }
        let output = ready!(this.future.poll(cx));
        let finished = if (this.is_failure)(&output) { Finished::Failed } else { Finished::Good };
        this.shared.with(|progress| progress.finished(finished));
        Poll::Ready(output)
    }
}

impl<F, O, P> fmt::Debug for Telling<F, O, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telling").finish_non_exhaustive()
    }
}
