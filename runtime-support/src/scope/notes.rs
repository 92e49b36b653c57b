//! The notes of a thread: what was handed over on it, for whoever is around.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

use super::outstanding::Outstanding;

/// Behind a burst a thread keeps room for so many.
const KEPT: usize = 64;

thread_local! {
    /// How many notes were ever left on this thread.
    static LEFT: Cell<u64> = const { Cell::new(0) };
    /// Those that nobody has taken, with their numbers, in order.
    static NOTES: RefCell<VecDeque<(u64, Arc<Outstanding>)>> = const { RefCell::new(VecDeque::new()) };
}

/// A moment on a thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(u64);

impl Mark {
    #[inline]
    pub(crate) fn now() -> Self {
        Self(LEFT.get())
    }

    /// Whether notes were left since then.
    #[inline]
    pub(crate) fn is_past(self) -> bool {
        LEFT.get() != self.0
    }

    /// Takes them.
    pub(super) fn take(self) -> Vec<Arc<Outstanding>> {
        let taken = NOTES.try_with(|notes| {
            let mut notes = notes.borrow_mut();
            let first = notes.partition_point(|(number, _)| *number <= self.0);
            notes.drain(first..).map(|(_, outstanding)| outstanding).collect()
        });
        taken.unwrap_or_default()
    }
}

/// Leaves a note.
pub(crate) fn leave(outstanding: Arc<Outstanding>) {
    // A thread that is at its end has nobody around.
    let _ = NOTES.try_with(|notes| {
        let mut notes = notes.borrow_mut();
        // Nobody will take those that were left outside of any construct.
        while notes.front().is_some_and(|(_, outstanding)| outstanding.is_over()) {
            notes.pop_front();
        }
        if notes.len() == notes.capacity() {
            notes.retain(|(_, outstanding)| !outstanding.is_over());
        } else if notes.is_empty() && notes.capacity() > KEPT {
            notes.shrink_to(KEPT);
        }
        let number = LEFT.get() + 1;
        LEFT.set(number);
        notes.push_back((number, outstanding));
    });
}
