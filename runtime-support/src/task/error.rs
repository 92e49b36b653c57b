//! How a task may have ended without an output.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

use super::ended;
use super::who::{TaskId, Who};
use crate::report::panic_message;

/// A task was cancelled or has panicked, or its failure went to its group.
pub struct TaskError {
    who: Box<Who>,
    why: Why,
}

enum Why {
    Cancelled,
    /// The payload, which is not `Sync`.
    Panicked(Mutex<Box<dyn Any + Send>>),
    /// The payload is the group's.
    PanickedInGroup(String),
    FailedInGroup(String),
    /// The group took no more children.
    Refused,
    /// It should have said that it is ready.
    NeverReady,
}

impl TaskError {
    pub(super) fn cancelled(who: Who) -> Self {
        Self { who: Box::new(who), why: Why::Cancelled }
    }

    pub(super) fn panicked(who: Who, payload: Box<dyn Any + Send>) -> Self {
        Self { who: Box::new(who), why: Why::Panicked(Mutex::new(payload)) }
    }

    pub(super) fn panicked_in_group(who: Who, message: String) -> Self {
        Self { who: Box::new(who), why: Why::PanickedInGroup(message) }
    }

    pub(super) fn failed_in_group(who: Who, message: String) -> Self {
        Self { who: Box::new(who), why: Why::FailedInGroup(message) }
    }

    pub(super) fn refused(who: Who) -> Self {
        Self { who: Box::new(who), why: Why::Refused }
    }

    pub(super) fn never_ready(who: Who) -> Self {
        Self { who: Box::new(who), why: Why::NeverReady }
    }

    /// Nobody looks at it: a panic is reported.
    pub(super) fn report_panic(&self) {
        if let Why::Panicked(payload) = &self.why {
            ended::panicked(&self.who, &**payload.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Whether it was cancelled: by its handle, its group or the end of its runtime. A child that its group refused counts as well.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self.why, Why::Cancelled | Why::Refused)
    }

    /// Whether it panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        matches!(self.why, Why::Panicked(_) | Why::PanickedInGroup(_))
    }

    /// Whether it is the child of a group, and has failed with an error. The group has the error itself.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self.why, Why::FailedInGroup(_))
    }

    /// What it panicked or failed with, as text; `None` if it was cancelled.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        match &self.why {
            Why::Panicked(payload) => Some(panic_message(&**payload.lock().unwrap_or_else(PoisonError::into_inner)).to_owned()),
            Why::PanickedInGroup(message) | Why::FailedInGroup(message) => Some(message.clone()),
            Why::Cancelled | Why::Refused | Why::NeverReady => None,
        }
    }

    /// The name that it was given.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.who.name.given()
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.who.id
    }

    /// Where it was spawned.
    #[must_use]
    pub fn site(&self) -> &'static Location<'static> {
        self.who.site
    }

    /// What it panicked with, for [`resume_unwind`](std::panic::resume_unwind).
    ///
    /// # Errors
    /// Itself, if it did not panic, or if the panic goes on in the caller of its group.
    pub fn into_panic(self) -> Result<Box<dyn Any + Send>, Self> {
        match self.why {
            Why::Panicked(payload) => Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner)),
            why => Err(Self { why, ..self }),
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = &self.who;
        match &self.why {
            Why::Cancelled => write!(f, "the task {who} was cancelled"),
            Why::Refused => write!(f, "the task {who} was not started: its group takes no more children"),
            Why::NeverReady => write!(f, "the task {who} has ended before it was ready"),
            Why::Panicked(_) | Why::PanickedInGroup(_) => {
                write!(f, "the task {who} panicked: {}", self.message().unwrap_or_default())
            }
            Why::FailedInGroup(message) => write!(f, "the task {who} failed: {message}"),
        }
    }
}

impl fmt::Debug for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Why::Cancelled => "cancelled",
            Why::Panicked(_) | Why::PanickedInGroup(_) => "panicked",
            Why::FailedInGroup(_) => "failed",
            Why::Refused => "refused",
            Why::NeverReady => "never ready",
        };
        f.debug_struct("TaskError")
            .field("task", &format_args!("{}", self.who))
            .field("why", &why)
            .field("message", &self.message())
            .finish()
    }
}

impl Error for TaskError {}

/// Of kind `Other`, or `Interrupted` for one that was cancelled, with the [`TaskError`] inside.
impl From<TaskError> for std::io::Error {
    fn from(error: TaskError) -> Self {
        let kind = if error.is_cancelled() { std::io::ErrorKind::Interrupted } else { std::io::ErrorKind::Other };
        Self::new(kind, error)
    }
}
