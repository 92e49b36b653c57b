//! Room for one item: a body that yields on its own level only.
//!
//! # Invariant
//!
//! The slot has one producer, the [`Outlet`] (neither `Clone` nor `Sync`, so one thread at a time), and one consumer, the
//! generator (by `&mut`). `full` tells whose turn it is: the producer writes `item` only while it is false and then sets it,
//! the consumer reads `item` only while it is true and then clears it. With release on the one side and acquire on the
//! other the two may even stand on different threads.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::task::Waker;

use super::sync::{AtomicBool, Ordering, UnsafeCell};
use super::{Handle, Place, Stage};

/// Room for the item under way.
pub struct Slot<T> {
    item: UnsafeCell<MaybeUninit<T>>,
    full: AtomicBool,
    // Lies in here since it costs nothing beside `full`.
    stage: Cell<Stage>,
}

// SAFETY: what two threads may do with a shared slot is to hand items over, in turns (see above): `T: Send`. That there are no
// two producers is the outlet's promise, and `put` is unsafe to call otherwise. `stage` is the generator's own.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Slot<T> {
    fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    /// # Safety
    /// Only one thread at a time may call this.
    unsafe fn put(&self, item: T) -> Result<(), T> {
        if self.is_full() {
            return Err(item);
        }
        // SAFETY: the slot is vacant, so the consumer keeps off, and there is no other producer.
        self.item.with_mut(|place| unsafe { (*place).write(item) });
        self.full.store(true, Ordering::Release);
        Ok(())
    }
}

// SAFETY: an item is given out once: `full` is cleared with it.
unsafe impl<T> Place<T> for Slot<T> {
    fn new() -> Self {
        Self { item: UnsafeCell::new(MaybeUninit::uninit()), full: AtomicBool::new(false), stage: Cell::new(Stage::Fresh) }
    }

    #[inline]
    fn stage(&self) -> &Cell<Stage> {
        &self.stage
    }

    #[inline]
    unsafe fn begin(&self, _: &Waker) {}

    #[inline]
    unsafe fn end(&self) {}

    #[inline]
    unsafe fn take(&self) -> Option<T> {
        if !self.is_full() {
            return None;
        }
        // SAFETY: `full` is set, so the item is initialised and the producer keeps off until `full` is cleared below.
        let item = self.item.with_mut(|place| unsafe { (*place).assume_init_read() });
        self.full.store(false, Ordering::Release);
        Some(item)
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

    /// Puts an item into the slot, or hands it back where the one before it has not been delivered yet.
    #[inline]
    pub(in crate::generator) fn put(&self, item: T) -> Result<(), T> {
        // SAFETY: this is the slot's only outlet, and as it is not `Sync` no other thread is in here.
        unsafe { self.slot.put(item) }
    }
}

impl<T> fmt::Debug for Outlet<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").finish_non_exhaustive()
    }
}
