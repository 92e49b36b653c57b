//! The body of a `with!`.

use std::any::Any;
use std::fmt;
use std::future::Future;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::answer::Answer;
use crate::scope::{Mark, Scope};

/// What was handed over below a context: in its body, and while it was set up. Its clean-up waits for that.
#[derive(Debug)]
pub struct Below(Mutex<Scope>);

impl Below {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Scope::new()))
    }

    pub(super) fn scope(&mut self) -> &mut Scope {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn take_since(&self, mark: Mark) {
        if mark.is_past() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).take_since(mark);
        }
    }
}

/// How a body ended, if it has begun.
pub enum Outcome<R> {
    /// The set-up has failed.
    NotBegun,
    /// With this result.
    Ended(R),
    /// With this payload.
    Panicked(Box<dyn Any + Send>),
}

impl<R> Outcome<R> {
    /// Before the body begins.
    pub const fn new() -> Self {
        Self::NotBegun
    }

    /// What the body gives, as a type.
    pub fn answer(&self) -> Answer<R> {
        Answer::new()
    }
}

impl<R> fmt::Debug for Outcome<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotBegun => "NotBegun",
            Self::Ended(_) => "Ended",
            Self::Panicked(_) => "Panicked",
        })
    }
}

pin_project! {
    /// A body that runs. It is gone when its outcome is seen, and also when this is dropped it goes first, so that what is handed over
    /// in it is known.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Attempt<'f, B> {
        #[pin]
        body: Option<B>,
        below: &'f Below,
    }

    impl<B> PinnedDrop for Attempt<'_, B> {
        fn drop(this: Pin<&mut Self>) {
            this.leave();
        }
    }
}

/// See `Attempt`.
pub fn attempt<B: Future>(below: &Below, body: B) -> Attempt<'_, B> {
    Attempt { body: Some(body), below }
}

impl<B> Attempt<'_, B> {
    fn leave(self: Pin<&mut Self>) {
        let mut this = self.project();
        let _taken = Taken { below: this.below, mark: Mark::now() };
        this.body.set(None);
    }
}

/// Takes what was handed over since then, also where a destructor in the body panics: the clean-up waits for it on that way, too.
struct Taken<'f> {
    below: &'f Below,
    mark: Mark,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.below.take_since(self.mark);
    }
}

impl<B: Future> Future for Attempt<'_, B> {
    type Output = Outcome<B::Output>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.as_mut().project();
        let Some(body) = this.body.as_pin_mut() else { panic!("the body of a `with!` was polled after its end") };
        let mark = Mark::now();
        let polled = catch_unwind(AssertUnwindSafe(|| body.poll(cx)));
        this.below.take_since(mark);
        let outcome = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Outcome::Ended(output),
            Err(payload) => Outcome::Panicked(payload),
        };
        self.leave();
        Poll::Ready(outcome)
    }
}

impl<B> fmt::Debug for Attempt<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").finish_non_exhaustive()
    }
}
