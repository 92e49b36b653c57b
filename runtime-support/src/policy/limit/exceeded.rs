//! A call was not let in.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// A [`Limiter`](crate::Limiter) or `#[limit]` did not let a call in. Its body has not run.
#[derive(Clone)]
pub struct LimitExceeded(Arc<Refusal>);

/// What is known of it. Behind a pointer, so that results that may hold it stay small.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) reason: LimitReason,
    pub(super) function: Option<&'static str>,
    pub(super) limiter: Option<&'static str>,
    pub(super) waiting: usize,
    pub(super) weight: usize,
    pub(super) limit: usize,
    pub(super) wait: Option<Duration>,
    pub(super) retry_after: Option<Duration>,
    pub(super) is_inherited: bool,
    pub(super) chain: Vec<&'static str>,
}

impl From<Refusal> for LimitExceeded {
    #[cold]
    fn from(refusal: Refusal) -> Self {
        Self(Arc::new(refusal))
    }
}

/// Why a call was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitReason {
    /// As many wait already as `max_waiting` allows.
    QueueFull,
    /// Its turn did not come within `wait`; or, with a rate, would not, which is known at once.
    WaitedTooLong,
    /// Its weight is above the limit: it could never start.
    TooHeavy,
    /// What it waits for is held by those who called it: it could never start.
    WaitsForItself,
}

impl LimitExceeded {
    /// Why.
    #[must_use]
    pub fn reason(&self) -> LimitReason {
        self.0.reason
    }

    /// The function under `#[limit]`; `None` for a plain [`Limiter`](crate::Limiter).
    #[must_use]
    pub fn function(&self) -> Option<&'static str> {
        self.0.function
    }

    /// The name of the limiter, if it was [`named`](crate::Limiter::named).
    #[must_use]
    pub fn limiter(&self) -> Option<&'static str> {
        self.0.limiter
    }

    /// How many others waited at that moment.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting
    }

    /// With a rate, how long until such a call passes: made then, and with nobody before it, it does. `None` with a count, where
    /// nobody knows, and where it never will.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether it ended at a [`deadline`](crate::deadline()) that came along into its task, before its own `wait` was over.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.0.is_inherited
    }

    /// The functions that called each other, outermost first and this one last, where it would wait for itself. Empty otherwise.
    #[must_use]
    pub fn chain(&self) -> &[&'static str] {
        &self.0.chain
    }
}

impl Refusal {
    fn waited_too_long(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wait {
            None | Some(Duration::ZERO) => f.write_str("has no place: none is free at once")?,
            Some(wait) if self.is_inherited => {
                write!(f, "got no place by a deadline that its task inherited, before its own {wait:?}")?;
            }
            Some(wait) => write!(f, "got no place within {wait:?}")?,
        }
        self.retry_after.map_or(Ok(()), |after| write!(f, ", one is free in {after:?}"))
    }
}

impl fmt::Debug for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { waiting, weight, limit, .. } = &*self.0;
        match (self.function(), self.limiter()) {
            (Some(function), _) => write!(f, "`{function}` ")?,
            (None, Some(limiter)) => write!(f, "a call of the limiter `{limiter}` ")?,
            (None, None) => f.write_str("a call of a limiter ")?,
        }
        match self.reason() {
            LimitReason::QueueFull if *waiting == 0 => f.write_str("has no place: none is free, and none may wait"),
            LimitReason::QueueFull => write!(f, "has no place: {waiting} wait already"),
            LimitReason::WaitedTooLong => self.0.waited_too_long(f),
            LimitReason::TooHeavy => write!(f, "can never start: it asks for {weight} of {limit}"),
            LimitReason::WaitsForItself => {
                f.write_str("would wait for itself: ")?;
                for (index, function) in self.chain().iter().enumerate() {
                    let arrow = if index == 0 { "" } else { " -> " };
                    write!(f, "{arrow}`{function}`")?;
                }
                Ok(())
            }
        }
    }
}

impl Error for LimitExceeded {}

/// Of kind `ResourceBusy`, with the [`LimitExceeded`] inside. Not `WouldBlock`, which those who poll sockets take for "ask again
/// when you are woken".
impl From<LimitExceeded> for io::Error {
    fn from(refusal: LimitExceeded) -> Self {
        Self::new(io::ErrorKind::ResourceBusy, refusal)
    }
}
