//! How many children of a comprehension may exist at once.

use std::num::NonZeroUsize;

/// The value of `limit = ..`.
// Not `Copy`: an async block that uses it by value has to own it.
#[derive(Debug)]
pub struct AtOnce(usize);

impl AtOnce {
    /// Without a limit.
    pub const ALL: Self = Self(usize::MAX);

    /// How many of these may exist at once.
    pub(super) fn most_of(&self, children: usize) -> usize {
        children.min(self.0)
    }

    #[inline]
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
