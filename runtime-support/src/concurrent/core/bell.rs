//! Who was woken, and who is told of it: without a lock, so that a user's code never runs under one.
//!
//! # Invariant
//!
//! Children that were woken form a stack: `top` has the last of them, each child's link the one before. A child is pushed by
//! whoever set its bit (see `alarm.rs`), hence once until it has had its turn; until the owner takes the stack the links are the
//! pushers', then they are the owner's.
//!
//! Who pushes on an [empty](NOBODY) stack begins to tell the owner, and adds to `count` when that is done. On what is not empty
//! there lies one who tells, or has told. So the owner knows how many have begun: as many as it has taken stacks that were not
//! empty. Between that number and the one in `count` are those who are at it.
//!
//! The owner's waker is looked at by tellers and by the owner, and is changed
//! - by the owner while nobody tells and nobody begins: on a stack that is [shut](SHUT) they can not;
//! - once the owner is [gone](GONE), when nobody begins any more, by the last teller, or if there is none by the owner.

#![allow(unsafe_code, reason = "the gather core: the owner's waker without a lock")]

use std::task::Waker;

use super::sync::{AtomicU32, AtomicU64, Ordering, UnsafeCell, fence};

/// In a link and on top, where children are named by their keys (see `alarm.rs`): there is none.
pub(super) const NOBODY: u32 = 0;
/// The bottom of a stack on which nobody begins to tell: the owner looks at it soon, and changes its waker until then.
pub(super) const SHUT: u32 = u32::MAX;
/// In place of a stack: the owner does not want to hear any more.
const GONE: u32 = u32::MAX - 1;

/// In `count`: a reference. There are 31 bits for their number, and it stops at half of what fits.
const REFERENCE: u64 = 1;
const REFERENCES: u64 = (1 << 31) - 1;
const TOO_MANY: u64 = 1 << 30;
/// In `count`: the owner is gone, and has taken off those who had begun to tell. Those that are at it are missing to zero.
const CLOSED: u64 = 1 << 31;
/// In `count`: one who has told. The upper half is their number, which may wrap round.
const TOLD: u64 = 1 << 32;

pub(super) struct Bell {
    top: AtomicU32,
    /// Of references and tellers together: most who tell give their reference back with that.
    count: AtomicU64,
    owner: UnsafeCell<Option<Waker>>,
}

// SAFETY: `owner` is synchronised by `top` and `count` (see above), and a `Waker` may be used and dropped by any thread.
unsafe impl Send for Bell {}
// SAFETY: the same.
unsafe impl Sync for Bell {}

/// Children that were woken, the last one first: its key. [`Round`](super::round::Round) follows the links.
#[derive(Clone, Copy)]
pub(super) struct Stack(pub(super) u32);

/// What the owner knows of its bell: how many have begun to tell.
pub(super) struct Begun(u32);

impl Begun {
    pub(super) const fn new() -> Self {
        Self(0)
    }

    /// A stack on which they could begin was taken.
    #[inline]
    fn took(&mut self, Stack(top): Stack) {
        self.0 = self.0.wrapping_add(u32::from(top != NOBODY));
    }
}

impl Bell {
    /// With one reference.
    pub(super) fn new(owner: Waker) -> Self {
        Self { top: AtomicU32::new(NOBODY), count: AtomicU64::new(REFERENCE), owner: UnsafeCell::new(Some(owner)) }
    }

    /// A child was woken that has this key and link. Says whether whoever asks has to [`tell`](Self::tell).
    #[inline]
    pub(super) fn push(&self, child: u32, link: &AtomicU32) -> bool {
        let mut below = self.top.load(Ordering::Relaxed);
        while below != GONE {
            link.store(below, Ordering::Relaxed);
            // Acquires the owner's waker, which it may have changed; releases the link.
            match self.top.compare_exchange_weak(below, child, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return below == NOBODY,
                Err(other) => below = other,
            }
        }
        false
    }

    /// Wakes the owner, for one who has just begun to tell. One of the two below follows.
    #[inline]
    pub(super) fn tell(&self) {
        self.owner.with(|owner| {
            // SAFETY: nobody changes it as long as somebody tells.
            if let Some(owner) = unsafe { &*owner } {
                owner.wake_by_ref();
            }
        });
    }

    /// Gives back what one who tells has: that, and a reference. Not if the owner is gone: then there may be more to do.
    #[inline]
    pub(super) fn told_and_left(&self) -> bool {
        let mut count = self.count.load(Ordering::Relaxed);
        while count & CLOSED == 0 {
            // The owner still has a reference: this one is not the last. Releases the use of the waker.
            let left = count.wrapping_add(TOLD) - REFERENCE;
            match self.count.compare_exchange_weak(count, left, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(other) => count = other,
            }
        }
        false
    }

    /// The same without the reference. Gives the waker of an owner that has gone meanwhile to the last one, to be dropped.
    #[must_use]
    pub(super) fn told(&self) -> Option<Waker> {
        // Releases the use of the waker; acquires that of the others.
        let count = self.count.fetch_add(TOLD, Ordering::AcqRel).wrapping_add(TOLD);
        if count & CLOSED == 0 || count >= TOLD {
            return None;
        }
        // SAFETY: the last one, and none begins any more.
        self.owner.with_mut(|owner| unsafe { (*owner).take() })
    }

    /// Whether this is the one who is told. For the owner.
    #[inline]
    pub(super) fn tells(&self, owner: &Waker) -> bool {
        self.owner.with(|known| {
            // SAFETY: as long as the owner is there nobody else changes it.
            unsafe { &*known }.as_ref().is_some_and(|known| known.will_wake(owner))
        })
    }

    /// Takes out those that were woken until now. Whoever comes later tells the owner.
    #[inline]
    pub(super) fn take(&self, begun: &mut Begun) -> Stack {
        // Acquires the links. Not a load to begin with, which might miss one who has told already.
        let stack = Stack(self.top.swap(NOBODY, Ordering::AcqRel));
        begun.took(stack);
        stack
    }

    /// Puts another waker in the place of the owner's, which is given back to be dropped, and takes out those that were woken until
    /// now, in two parts. Not if the old one is just being told: then the new one is given back.
    pub(super) fn replace(&self, owner: Waker, begun: &mut Begun) -> (Result<Option<Waker>, Waker>, [Stack; 2]) {
        let first = Stack(self.top.swap(SHUT, Ordering::AcqRel));
        begun.took(first);
        // Acquires that those who told are done with the waker.
        let told = (self.count.load(Ordering::Acquire) / TOLD) as u32;
        let old = if told == begun.0 {
            // SAFETY: nobody tells, and on a shut stack nobody begins.
            Ok(self.owner.with_mut(|known| unsafe { (*known).replace(owner) }))
        } else {
            Err(owner)
        };
        // Acquires the links, releases the waker.
        (old, [first, Stack(self.top.swap(NOBODY, Ordering::AcqRel))])
    }

    /// Nobody begins to tell from now on. Gives the owner's waker back to be dropped, unless somebody is telling it.
    #[must_use]
    pub(super) fn close(&self, begun: &mut Begun) -> Option<Waker> {
        begun.took(Stack(self.top.swap(GONE, Ordering::AcqRel)));
        let change = CLOSED.wrapping_sub(u64::from(begun.0) * TOLD);
        // Acquires that those who told are done with the waker.
        if self.count.fetch_add(change, Ordering::AcqRel).wrapping_add(change) >= TOLD {
            return None;
        }
        // SAFETY: nobody tells, and none begins.
        self.owner.with_mut(|owner| unsafe { (*owner).take() })
    }

    /// Takes a reference.
    #[inline]
    pub(super) fn keep(&self) {
        if self.count.fetch_add(REFERENCE, Ordering::Relaxed) & REFERENCES >= TOO_MANY {
            self.too_many();
        }
    }

    #[cold]
    fn too_many(&self) {
        self.count.fetch_sub(REFERENCE, Ordering::Relaxed);
        panic!("more than {TOO_MANY} wakers");
    }

    /// Gives a reference back. Says whether it was the last.
    #[inline]
    pub(super) fn leave(&self) -> bool {
        let is_last = self.count.fetch_sub(REFERENCE, Ordering::Release) & REFERENCES == REFERENCE;
        if is_last {
            fence(Ordering::Acquire);
        }
        is_last
    }
}
