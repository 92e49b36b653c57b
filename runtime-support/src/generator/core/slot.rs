//! Room for one item: a body that yields on its own level only.
//!
//! # Invariant
//!
//! The slot has one producer, the [`Outlet`], which is neither `Clone` nor `Sync`: one thread at a time, and only while the
//! generator polls or drops the body. The consumer is the generator, which looks before and after. So there is never more than one
//! thread in here. Where a body lends its outlet to a thread, that thread is joined before the poll is over, which orders the two.
//!
//! `full` tells whether `item` is initialised.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::task::Waker;

use super::sync::UnsafeCell;
use super::{Handle, Place, Stage};

/// Room for the item under way.
pub struct Slot<T> {
    item: UnsafeCell<MaybeUninit<T>>,
    full: Cell<bool>,
    // Lies in here since it costs nothing beside `full`.
    stage: Cell<Stage>,
}

// SAFETY: threads come one after the other (see above), and what goes from one to the other is items.
unsafe impl<T: Send> Sync for Slot<T> {}

// SAFETY: an item is given out once: `full` is cleared with it.
unsafe impl<T> Place<T> for Slot<T> {
    fn new() -> Self {
        Self { item: UnsafeCell::new(MaybeUninit::uninit()), full: Cell::new(false), stage: Cell::new(Stage::Fresh) }
    }

    #[inline]
    unsafe fn stage(&self) -> &Cell<Stage> {
        &self.stage
    }

    #[inline]
    unsafe fn begin(&self, _: &Waker) {}

    #[inline]
    unsafe fn end(&self) {}

    #[inline]
    unsafe fn take(&self) -> Option<T> {
        // Cleared first, so that the item goes from its place straight to where it is wanted.
        if !self.full.replace(false) {
            return None;
        }
        // SAFETY: it was full, and no producer runs.
        Some(self.item.with_mut(|place| unsafe { (*place).assume_init_read() }))
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        // SAFETY: `&mut self`: nobody else is left, so this is the consumer.
        drop(unsafe { self.take() });
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// The body's end of the slot. Invariant in `T`, since items only go in.
pub struct Outlet<'y, T> {
    slot: Handle<'y, Slot<T>>,
    items: PhantomData<fn(T) -> T>,
    // Two threads must not be producers at once.
    not_sync: PhantomData<Cell<()>>,
}

impl<'y, T> Outlet<'y, T> {
    pub(in crate::generator) fn new(slot: Handle<'y, Slot<T>>) -> Self {
        Self { slot, items: PhantomData, not_sync: PhantomData }
    }

    /// Whether there is room for an item.
    #[inline]
    pub(crate) fn is_free(&self) -> bool {
        !self.slot.full.get()
    }

    /// A body stands still until its item is delivered, so the slot is free, unless somebody goes round the macros: that is
    /// found out in debug builds, and costs the item before otherwise.
    #[inline]
    pub(in crate::generator) fn assert_free(&self) {
        debug_assert!(self.is_free(), "a generator's body went on before its item was delivered");
    }

    /// Puts an item into the slot, which must be [free](Self::assert_free): else the item in it is leaked.
    #[inline]
    pub(crate) fn put(&self, item: T) {
        let slot = &*self.slot;
        // SAFETY: this is the slot's only outlet, and as it is not `Sync` no other thread is in here.
        slot.item.with_mut(|place| unsafe { (*place).write(item) });
        slot.full.set(true);
    }
}

impl<T> fmt::Debug for Outlet<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").finish_non_exhaustive()
    }
}
