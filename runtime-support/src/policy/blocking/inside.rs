//! What the work sees of its caller.

use std::cell::Cell;
use std::sync::Arc;

use crate::policy::limit::Links;
use crate::policy::retry::attempt::{attempt, within as within_attempt};
use crate::scope::Carried;
use crate::span::Span;

/// Who may have left.
pub(super) trait Awaited: Send + Sync {
    fn is_given_up(&self) -> bool;
}

thread_local! {
    /// That of the work that runs on this thread.
    static CURRENT: Cell<Option<Arc<dyn Awaited>>> = const { Cell::new(None) };
}

/// Whether nobody waits for the result any more: inside of [`blocking`](crate::blocking()) work, once the future of that was dropped,
/// and from then on. False outside of any.
///
/// Nothing can stop a thread from outside. Work in steps asks this between them, and ends early:
///
/// ```
/// use weftwork::cancelled;
///
/// fn total(numbers: &[u64]) -> u64 {
///     numbers.chunks(1024).take_while(|_| !cancelled()).flatten().sum()
/// }
/// # assert_eq!(total(&[1, 2, 3]), 6);
/// ```
///
/// Threads that the work starts itself do not know of it.
#[must_use]
pub fn cancelled() -> bool {
    // A thread that is at its end runs no work.
    CURRENT.try_with(|current| {
        let awaited = current.take();
        let is_given_up = awaited.as_ref().is_some_and(|awaited| awaited.is_given_up());
        current.set(awaited);
        is_given_up
    }) == Ok(true)
}

/// What goes along to the thread.
pub(super) struct Inside {
    span: Span,
    /// With the deadline.
    carried: Option<Arc<Carried>>,
    attempt: u32,
    /// What its caller holds while it waits for this.
    links: Option<Arc<Links>>,
}

impl Inside {
    /// That of this moment.
    pub(super) fn current() -> Self {
        Self { span: Span::current(), carried: Carried::for_one(), attempt: attempt(), links: Links::current() }
    }

    /// Runs something with it, and with nothing else.
    pub(super) fn within(mut self, awaited: Arc<dyn Awaited>, run: impl FnOnce()) {
        let run = || {
            let _before = Before(CURRENT.replace(Some(awaited)));
            Links::within(self.links.as_deref(), run);
        };
        self.span.within(|| Carried::exactly(&mut self.carried, || within_attempt(self.attempt, run)));
    }
}

/// Sets back what was there before: a thread of a pool may take up other work in the midst of its own.
struct Before(Option<Arc<dyn Awaited>>);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}
