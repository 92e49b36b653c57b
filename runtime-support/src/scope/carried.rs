//! What goes along from a task to those that it starts.

use std::sync::Arc;

use super::grace::{Grace, current};
use crate::report::Collector;

/// The grace period that is in force, and the group that collects the failures of clean-ups.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    grace: Grace,
    collector: Option<Arc<Collector>>,
}

impl Carried {
    /// That of this moment.
    pub(crate) fn current() -> Self {
        Self { grace: Grace(current()), collector: Collector::current() }
    }

    /// That of this moment, but for the collector.
    pub(crate) fn with(collector: Arc<Collector>) -> Self {
        Self { grace: Grace(current()), collector: Some(collector) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.grace.0.is_none() && self.collector.is_none()
    }

    /// Sets it while `run` runs.
    #[inline]
    pub(crate) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        self.grace.within(|| match &self.collector {
            Some(collector) => collector.within(run),
            None => run(),
        })
    }
}
