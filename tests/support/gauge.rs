//! Counts how many are inside at once, and how many there ever were at once.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Stands in a `static`, so that a function under test can reach it from its body.
#[derive(Debug, Default)]
pub struct Gauge {
    now: AtomicUsize,
    peak: AtomicUsize,
    total: AtomicUsize,
}

impl Gauge {
    /// Nobody inside yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { now: AtomicUsize::new(0), peak: AtomicUsize::new(0), total: AtomicUsize::new(0) }
    }

    /// Goes in; dropping the result goes out, on whatever way that happens.
    #[must_use]
    pub fn enter(&self) -> Inside<'_> {
        let now = self.now.fetch_add(1, SeqCst) + 1;
        self.peak.fetch_max(now, SeqCst);
        self.total.fetch_add(1, SeqCst);
        Inside(self)
    }

    /// How many are inside.
    pub fn now(&self) -> usize {
        self.now.load(SeqCst)
    }

    /// How many were inside at once, at most.
    pub fn peak(&self) -> usize {
        self.peak.load(SeqCst)
    }

    /// How often somebody went in.
    pub fn total(&self) -> usize {
        self.total.load(SeqCst)
    }
}

/// One that is inside a [`Gauge`].
#[derive(Debug)]
pub struct Inside<'a>(&'a Gauge);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, SeqCst);
    }
}
