//! What threads share, from the standard library or, in the model checker's run, from loom.

#[cfg(all(test, weftwork_loom))]
pub(super) use loom::{
    cell::UnsafeCell,
    hint::spin_loop,
    sync::atomic::{AtomicBool, AtomicPtr, Ordering},
    thread::yield_now,
};
#[cfg(not(all(test, weftwork_loom)))]
pub(super) use std::{
    hint::spin_loop,
    sync::atomic::{AtomicBool, AtomicPtr, Ordering},
    thread::yield_now,
};

/// The standard cell under loom's way of calling, which lets the checker see when an access begins and ends.
#[cfg(not(all(test, weftwork_loom)))]
pub(super) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(all(test, weftwork_loom)))]
impl<T> UnsafeCell<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    #[inline]
    pub(super) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        access(self.0.get())
    }
}
