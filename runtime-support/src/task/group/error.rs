//! What a failed group gives.

use std::error::Error;
use std::panic::Location;
use std::{fmt, slice, vec};

use crate::report::Report;
use crate::task::who::{TaskId, Who};

/// The errors of a [`task_group`](crate::task_group), in the order in which they came up: never empty.
///
/// The first one is that for which the group has ended; those that came up while the others were cancelled are attached. As an
/// [`Error`] its text is that of the first one.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::{Group, task_group};
///
/// let error = task_group(async |group: Group<std::num::ParseIntError>| {
///     group.spawn_named("even", async { "even".parse::<u32>() });
///     Ok(())
/// })
/// .await
/// .unwrap_err();
/// assert_eq!(error.first().name(), Some("even"));
/// assert!(error.to_string().ends_with("failed: invalid digit found in string"));
/// let error: std::num::ParseIntError = error.into_first();
/// # drop(error);
/// # });
/// ```
#[derive(Debug)]
pub struct GroupError<E> {
    errors: Vec<ChildError<E>>,
    clean_ups: Vec<Report>,
}

/// One error of a [`GroupError`], and whose it is.
pub struct ChildError<E> {
    /// Nothing for the body.
    who: Option<Box<Who>>,
    error: E,
}

#[allow(clippy::len_without_is_empty, reason = "it is never empty")]
impl<E> GroupError<E> {
    pub(super) fn new(errors: Vec<ChildError<E>>, clean_ups: Vec<Report>) -> Self {
        assert!(!errors.is_empty(), "without an error there is none to return");
        Self { errors, clean_ups }
    }

    /// The error that ended the group.
    #[must_use]
    pub fn first(&self) -> &ChildError<E> {
        &self.errors[0]
    }

    /// The error that ended the group, without those attached. They count as looked at.
    #[must_use]
    pub fn into_first(mut self) -> E {
        self.errors.swap_remove(0).error
    }

    /// All of them, the first one included.
    pub fn iter(&self) -> slice::Iter<'_, ChildError<E>> {
        self.errors.iter()
    }

    /// How many there are, the first one included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// What clean-ups have reported while the others were cancelled.
    #[must_use]
    pub fn clean_ups(&self) -> &[Report] {
        &self.clean_ups
    }

    /// The errors alone, in their order.
    pub fn into_errors(self) -> impl ExactSizeIterator<Item = E> + DoubleEndedIterator {
        self.errors.into_iter().map(|child| child.error)
    }
}

impl<E> ChildError<E> {
    pub(super) fn of_child(who: Who, error: E) -> Self {
        Self { who: Some(Box::new(who)), error }
    }

    pub(super) fn of_body(error: E) -> Self {
        Self { who: None, error }
    }

    pub(super) fn who(&self) -> Option<&Who> {
        self.who.as_deref()
    }

    /// The name that the child was given; `None` without one, and for the body.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.who.as_ref()?.name.given()
    }

    /// The number of the child; `None` for the body.
    #[must_use]
    pub fn id(&self) -> Option<TaskId> {
        Some(self.who.as_ref()?.id)
    }

    /// Where the child was spawned; `None` for the body.
    #[must_use]
    pub fn site(&self) -> Option<&'static Location<'static>> {
        Some(self.who.as_ref()?.site)
    }

    /// Whether it is that of the group's body.
    #[must_use]
    pub fn is_of_body(&self) -> bool {
        self.who.is_none()
    }

    /// What went wrong.
    #[must_use]
    pub fn error(&self) -> &E {
        &self.error
    }

    /// The same by value.
    #[must_use]
    pub fn into_error(self) -> E {
        self.error
    }
}

impl<E> IntoIterator for GroupError<E> {
    type Item = ChildError<E>;
    type IntoIter = vec::IntoIter<ChildError<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.into_iter()
    }
}

impl<'a, E> IntoIterator for &'a GroupError<E> {
    type Item = &'a ChildError<E>;
    type IntoIter = slice::Iter<'a, ChildError<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.iter()
    }
}

/// As short as it can be: what `main` returns is shown by this.
impl<E: fmt::Debug> fmt::Debug for ChildError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ChildError");
        if let Some(who) = &self.who {
            shown.field("task", &format_args!("{who}"));
        }
        shown.field("error", &self.error).finish()
    }
}

/// With `{:#}` the error's own text is its longer form, if it has one.
impl<E: fmt::Display> fmt::Display for ChildError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.who {
            Some(who) => write!(f, "the task {who} failed: ")?,
            None => f.write_str("the body of the group failed: ")?,
        }
        self.error.fmt(f)
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first().fmt(f)?;
        match self.errors.len() - 1 + self.clean_ups.len() {
            0 => Ok(()),
            1 => f.write_str(" (and 1 more error)"),
            more => write!(f, " (and {more} more errors)"),
        }
    }
}

// Without a source: it would ask for an `Error`, which neither a boxed error nor `anyhow`'s is. The text has the first one in it.
impl<E: fmt::Debug + fmt::Display> Error for GroupError<E> {}

impl<E: fmt::Debug + fmt::Display> Error for ChildError<E> {}

/// Of the kind of the first error, with the [`GroupError`] inside.
impl From<GroupError<std::io::Error>> for std::io::Error {
    fn from(error: GroupError<Self>) -> Self {
        Self::new(error.first().error().kind(), error)
    }
}
