//! Name, number and place of a task.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use crate::report::{Report, ReportKind};
use crate::scope::{About, What, short_name};

/// The number of a task or a group. No other one of this process has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(super) u64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A name, or else that of the future's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Given(Cow<'static, str>),
    OfType(&'static str),
}

impl Name {
    pub(super) fn of<F>() -> Self {
        Self::OfType(type_name::<F>())
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Given(name) => name,
            Self::OfType(name) => short_name(name),
        }
    }

    pub(super) fn given(&self) -> Option<&str> {
        match self {
            Self::Given(name) => Some(name),
            Self::OfType(_) => None,
        }
    }

    fn into_text(self) -> Cow<'static, str> {
        match self {
            Self::Given(name) => name,
            Self::OfType(name) => Cow::Borrowed(short_name(name)),
        }
    }
}

/// Whom errors, reports and lists speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) id: TaskId,
    pub(super) name: Name,
    pub(super) site: &'static Location<'static>,
}

impl Who {
    pub(super) fn about(&self) -> About {
        About { what: What::Task(self.id), name: self.name.clone().into_text(), place: self.site, grace: None }
    }

    pub(super) fn report(&self, kind: ReportKind, message: impl Into<Cow<'static, str>>) -> Report {
        Report::new(kind, self.name.clone().into_text(), message).of_task(self.id).at(self.site)
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} ({})", self.name.text(), self.id, self.site)
    }
}
