//! What threads share, from the standard library or, in the model checker's run, from loom.

#[cfg(all(test, weftwork_loom))]
pub(super) use loom::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
};
#[cfg(not(all(test, weftwork_loom)))]
pub(super) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering},
};

/// Nothing that can panic runs under a lock of this module.
#[inline]
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
