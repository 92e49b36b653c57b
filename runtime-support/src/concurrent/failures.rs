//! What is known when everything has ended and some of it failed.

use std::error::Error;
use std::pin::Pin;
use std::{fmt, iter, slice, vec};

use super::arms::Failing;

/// Errors as they are collected, child by child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures<E> {
    children: usize,
    /// Ascending.
    errors: Vec<(usize, E)>,
}

impl<E> Failures<E> {
    pub(super) const fn new() -> Self {
        Self { children: 0, errors: Vec::new() }
    }

    /// The errors that arms have kept.
    pub(super) fn of<A: Failing<E>>(arms: Pin<&mut A>) -> Self {
        let mut failures = Self::new();
        arms.fail(&mut failures);
        failures
    }

    /// The next child, and its error if it has one.
    pub(super) fn add(&mut self, error: Option<E>) {
        if let Some(error) = error {
            self.errors.push((self.children, error));
        }
        self.children += 1;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    fn iter(&self) -> Iter<'_, E> {
        self.errors.iter().map(|(child, error)| (*child, error))
    }

    fn first(&self) -> Option<&E> {
        self.errors.first().map(|(_, error)| error)
    }
}

impl<E> FromIterator<Option<E>> for Failures<E> {
    /// From the children in order, each with its error if it has one.
    fn from_iter<I: IntoIterator<Item = Option<E>>>(children: I) -> Self {
        let mut failures = Self::new();
        for error in children {
            failures.add(error);
        }
        failures
    }
}

type Iter<'a, E> = iter::Map<slice::Iter<'a, (usize, E)>, fn(&'a (usize, E)) -> (usize, &'a E)>;

/// Every error of a [`gather!`](macro@crate::gather) with `errors = all`, each with the index of its child.
///
/// In ascending order of the index, and never empty. As an [`Error`] its source is the first; what it displays is how many there
/// are.
///
/// ```
/// # async fn load(page: u32) -> Result<u32, std::num::ParseIntError> { if page % 2 == 0 { "even".parse() } else { Ok(page) } }
/// # #[cfg(feature = "macros")]
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::gather;
///
/// let errors = gather!(load(1)?, load(2)?, load(3)?, load(4)?, errors = all).await.unwrap_err();
/// assert_eq!(errors.iter().map(|(index, _)| index).collect::<Vec<_>>(), [1, 3]);
/// assert_eq!(errors.to_string(), "2 of 4 failed, the first of them at index 1");
/// assert_eq!(errors.first().to_string(), "invalid digit found in string");
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatherErrors<E> {
    failures: Failures<E>,
}

#[allow(clippy::len_without_is_empty, reason = "it is never empty")]
impl<E> GatherErrors<E> {
    pub(super) fn new(failures: Failures<E>) -> Self {
        assert!(!failures.is_empty(), "without an error there is none to return");
        Self { failures }
    }

    /// The errors with the indices of their children, from 0 in written order or in that of the input.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &E)> + ExactSizeIterator + Clone {
        self.failures.iter()
    }

    /// The error with the lowest index.
    #[must_use]
    pub fn first(&self) -> &E {
        self.failures.first().expect("there is at least one")
    }

    /// How many failed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.failures.errors.len()
    }

    /// How many children there were, those that did not fail included.
    #[must_use]
    pub fn children(&self) -> usize {
        self.failures.children
    }
}

impl<E> fmt::Display for GatherErrors<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failed, children) = (self.len(), self.children());
        let (first, _) = self.failures.errors[0];
        match failed {
            1 => write!(f, "1 of {children} failed, at index {first}"),
            _ => write!(f, "{failed} of {children} failed, the first of them at index {first}"),
        }
    }
}

impl<E: Error + 'static> Error for GatherErrors<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.first())
    }
}

/// Every error of a [`race_ok!`](macro@crate::race_ok) that nobody won, each with the index of its contender.
///
/// In ascending order of the index; empty if there was nothing to race. As an [`Error`] its source is the first; what it displays
/// is how many there are.
///
/// ```
/// # async fn ask(name: &str) -> Result<u32, std::num::ParseIntError> { name.parse() }
/// # #[cfg(feature = "macros")]
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::race_ok;
///
/// let error = race_ok!(ask("primary"), ask("")).await.unwrap_err();
/// assert_eq!(error.to_string(), "all 2 contenders failed");
/// let errors: Vec<String> = error.iter().map(|(index, error)| format!("{index}: {error}")).collect();
/// assert_eq!(errors, ["0: invalid digit found in string", "1: cannot parse integer from empty string"]);
/// # });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaceError<E> {
    failures: Failures<E>,
}

impl<E> RaceError<E> {
    pub(super) fn new(failures: Failures<E>) -> Self {
        Self { failures }
    }

    /// The errors with the indices of their contenders, from 0 in written order or in that of the input.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &E)> + ExactSizeIterator + Clone {
        self.failures.iter()
    }

    /// The error with the lowest index.
    #[must_use]
    pub fn first(&self) -> Option<&E> {
        self.failures.first()
    }

    /// How many failed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.failures.errors.len()
    }

    /// Whether there was nothing to race.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.failures.is_empty()
    }
}

impl<E> fmt::Display for RaceError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len() {
            0 => f.write_str("there was nothing to race"),
            1 => f.write_str("the only contender failed"),
            failed => write!(f, "all {failed} contenders failed"),
        }
    }
}

impl<E: Error + 'static> Error for RaceError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.first()?)
    }
}

macro_rules! into_iterator {
    ($($errors:ident)*) => {
        $(
            impl<E> IntoIterator for $errors<E> {
                type Item = (usize, E);
                type IntoIter = vec::IntoIter<(usize, E)>;

                fn into_iter(self) -> Self::IntoIter {
                    self.failures.errors.into_iter()
                }
            }

            impl<'a, E> IntoIterator for &'a $errors<E> {
                type Item = (usize, &'a E);
                type IntoIter = Iter<'a, E>;

                fn into_iter(self) -> Self::IntoIter {
                    self.failures.iter()
                }
            }
        )*
    };
}

into_iterator! { GatherErrors RaceError }
