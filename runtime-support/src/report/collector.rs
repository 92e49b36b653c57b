//! The failures of clean-ups that go into an error instead of to the hook.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Report, ReportKind};
use crate::scope::Carried;

/// While a group fails, what its children's clean-ups report is kept for its error.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    /// Nothing before the group fails and after it has ended.
    kept: Mutex<Option<Vec<Report>>>,
    /// Of the group around it.
    outer: Option<Arc<Collector>>,
}

impl Collector {
    /// One inside that of the moment.
    pub(crate) fn new() -> Self {
        Self { kept: Mutex::new(None), outer: Carried::collector() }
    }

    /// Keeps reports from now on.
    pub(crate) fn start(&self) {
        self.kept().get_or_insert_default();
    }

    /// Gives out what was kept, and keeps no more.
    pub(crate) fn end(&self) -> Vec<Report> {
        self.kept().take().unwrap_or_default()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Vec<Report>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, report: &Report) -> bool {
        if let Some(kept) = &mut *self.kept() {
            kept.push(report.clone());
            return true;
        }
        self.outer.as_ref().is_some_and(|outer| outer.keep(report))
    }
}

/// Whether somebody has taken it.
pub(super) fn collected(report: &Report) -> bool {
    let is_of_clean_up = matches!(report.kind(), ReportKind::CleanUpFailed | ReportKind::CleanUpPanicked);
    is_of_clean_up && Carried::collector().is_some_and(|collector| collector.keep(report))
}
