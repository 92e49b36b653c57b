//! What threads share, from the standard library or, in the model checker's run, from loom.

#[cfg(all(test, weftwork_loom))]
pub(super) use loom::{
    cell::UnsafeCell,
    sync::atomic::{AtomicU32, AtomicU64, Ordering, fence},
};
#[cfg(not(all(test, weftwork_loom)))]
pub(super) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// The library's, with the methods of loom's.
#[cfg(not(all(test, weftwork_loom)))]
pub(super) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(all(test, weftwork_loom)))]
impl<T> UnsafeCell<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    #[inline]
    pub(super) fn with<R>(&self, look: impl FnOnce(*const T) -> R) -> R {
        look(self.0.get())
    }

    #[inline]
    pub(super) fn with_mut<R>(&self, change: impl FnOnce(*mut T) -> R) -> R {
        change(self.0.get())
    }
}
