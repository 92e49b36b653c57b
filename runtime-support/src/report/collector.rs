//! The failures of clean-ups that go into an error instead of to the hook.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Report, ReportKind};
use crate::scope::Carried;

/// While a group fails, what its children's clean-ups report is kept for its error.
#[derive(Debug)]
pub(crate) struct Collector {
    state: Mutex<State>,
    /// Of the group around it.
    outer: Option<Arc<Collector>>,
}

#[derive(Debug)]
enum State {
    /// Nothing is kept before the group fails.
    Open,
    Keeping(Vec<Report>),
    /// The group has ended.
    Over,
}

impl Collector {
    /// One inside that of the moment. Groups that have ended are left out: a task may outlive the one that it was spawned in, and open
    /// its own.
    pub(crate) fn new() -> Self {
        let mut outer = Carried::collector();
        while let Some(over) = outer.take_if(|outer| matches!(*outer.state(), State::Over)) {
            outer.clone_from(&over.outer);
        }
        Self { state: Mutex::new(State::Open), outer }
    }

    /// Keeps reports from now on.
    pub(crate) fn start(&self) {
        let mut state = self.state();
        if let State::Open = *state {
            *state = State::Keeping(Vec::new());
        }
    }

    /// Gives out what was kept, and keeps no more.
    pub(crate) fn end(&self) -> Vec<Report> {
        match std::mem::replace(&mut *self.state(), State::Over) {
            State::Keeping(kept) => kept,
            State::Open | State::Over => Vec::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this one or one around it keeps the report.
    fn keep(&self, report: &Report) -> bool {
        let mut collector = Some(self);
        while let Some(one) = collector {
            if let State::Keeping(kept) = &mut *one.state() {
                kept.push(report.clone());
                return true;
            }
            collector = one.outer.as_deref();
        }
        false
    }
}

/// Whether somebody has taken it.
pub(super) fn collected(report: &Report) -> bool {
    let is_of_clean_up = matches!(report.kind(), ReportKind::CleanUpFailed | ReportKind::CleanUpPanicked);
    is_of_clean_up && Carried::collector().is_some_and(|collector| collector.keep(report))
}
