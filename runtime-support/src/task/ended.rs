//! What a task leaves for whoever awaits it.

use std::any::Any;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::TaskError;
use super::who::Who;
use crate::report::{ReportKind, panic_message, report};
use crate::scope::Outstanding;

/// The end of a task that ran to it.
pub(super) enum Ended<T> {
    Output(T),
    /// The output is a failure that nobody else looks at.
    Failed(Box<(T, Unseen)>),
    Panicked(Unseen),
    /// By its group; with what waits until that is over.
    Cancelled(Option<Arc<Outstanding>>),
    /// Its group has what it failed with.
    InGroup(Box<TaskError>),
    /// Nobody is there to take an output.
    Detached,
}

/// A failure, which is reported if nobody looks at it.
pub(super) struct Unseen(Option<Box<Failure>>);

struct Failure {
    who: Who,
    what: What,
}

enum What {
    Failed(String),
    /// The payload, which is not `Sync`.
    Panicked(Mutex<Box<dyn Any + Send>>),
}

impl Unseen {
    pub(super) fn failed(who: Who, message: String) -> Self {
        Self(Some(Box::new(Failure { who, what: What::Failed(message) })))
    }

    pub(super) fn panicked(who: Who, payload: Box<dyn Any + Send>) -> Self {
        Self(Some(Box::new(Failure { who, what: What::Panicked(Mutex::new(payload)) })))
    }

    /// Somebody looks at it.
    fn seen(mut self) -> Option<Box<Failure>> {
        take(&mut self.0)
    }

    /// The same for its text.
    pub(super) fn into_message(self) -> String {
        match self.seen().map(|failure| failure.what) {
            Some(What::Failed(message)) => message,
            Some(What::Panicked(payload)) => panic_message(&**payload.lock().unwrap_or_else(PoisonError::into_inner)).to_owned(),
            None => String::new(),
        }
    }

    fn rename(&mut self, who: &Who) {
        if let (Some(failure), Some(_)) = (&mut self.0, who.name.given()) {
            failure.who.name = who.name.clone();
        }
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        let Some(failure) = self.0.take() else { return };
        let Failure { who, what } = *failure;
        match what {
            What::Failed(message) => failed(&who, &message),
            What::Panicked(payload) => panicked(&who, &*payload.into_inner().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

/// Reports an error that nobody gets.
pub(super) fn failed(who: &Who, message: &str) {
    report(&who.report(ReportKind::TaskFailed, format!("failed: {message}")));
}

/// Reports a panic that goes on nowhere.
pub(super) fn panicked(who: &Who, payload: &(dyn Any + Send)) {
    report(&who.report(ReportKind::TaskPanicked, format!("panicked: {}", panic_message(payload))));
}

impl<T> Ended<T> {
    /// It was given a name after its end.
    pub(super) fn rename(&mut self, who: &Who) {
        match self {
            Self::Failed(failed) => failed.1.rename(who),
            Self::Panicked(unseen) => unseen.rename(who),
            _ => {}
        }
    }

    /// Somebody looks at it.
    pub(super) fn into_result(self, who: &Who) -> Result<T, TaskError> {
        match self {
            Self::Output(output) => Ok(output),
            Self::Failed(failed) => {
                let (output, unseen) = *failed;
                unseen.seen();
                Ok(output)
            }
            Self::Panicked(unseen) => match unseen.seen().map(|failure| failure.what) {
                Some(What::Panicked(payload)) => {
                    Err(TaskError::panicked(who.clone(), payload.into_inner().unwrap_or_else(PoisonError::into_inner)))
                }
                _ => unreachable!("it was not looked at before"),
            },
            Self::Cancelled(_) => Err(TaskError::cancelled(who.clone())),
            Self::InGroup(error) => Err(*error),
            Self::Detached => unreachable!("a task that is detached has no handle"),
        }
    }

    /// Whether it failed, as `judge` sees it.
    pub(super) fn is_failure(&self, judge: fn(&T) -> bool) -> bool {
        match self {
            Self::Output(output) => judge(output),
            Self::Failed(_) | Self::Panicked(_) | Self::InGroup(_) => true,
            Self::Cancelled(_) | Self::Detached => false,
        }
    }
}
