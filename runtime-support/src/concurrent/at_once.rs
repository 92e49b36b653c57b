//! The input of a comprehension, and how many children of it may exist at once.

use std::num::NonZeroUsize;

/// The value of `limit = ..`.
// Not `Copy`: an async block that uses it by value has to own it.
#[derive(Debug)]
pub struct AtOnce(usize);

impl AtOnce {
    /// Without a limit.
    pub const ALL: Self = Self(usize::MAX);

    pub(super) fn allows_another(&self, children: usize) -> bool {
        children < self.0
    }
}

/// What `limit` takes.
#[diagnostic::on_unimplemented(
    message = "`limit` takes a count",
    label = "not a `usize`",
    note = "write a `usize` or a `NonZeroUsize`"
)]
pub trait Count {
    fn count(self) -> usize;
}

impl Count for usize {
    fn count(self) -> usize {
        self
    }
}

impl Count for NonZeroUsize {
    fn count(self) -> usize {
        self.get()
    }
}

/// Reads `limit = count`.
#[track_caller]
pub fn at_once(count: impl Count) -> AtOnce {
    let count = count.count();
    assert!(count > 0, "`limit` is zero, so nothing could ever run");
    AtOnce(count)
}

/// The input of a comprehension.
// Not `Copy`, whatever the iterator is: an async block that uses it by value has to own it.
#[derive(Debug)]
pub struct Items<I>(I);

impl<I: Iterator> Items<I> {
    pub(super) fn new(input: I) -> Self {
        Self(input)
    }

    /// The next item.
    #[allow(clippy::should_implement_trait, reason = "an inherent method needs no import in generated code")]
    pub fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    /// How many items will come at least.
    pub fn at_least(&self) -> usize {
        self.0.size_hint().0
    }
}
