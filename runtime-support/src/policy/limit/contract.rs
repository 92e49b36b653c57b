//! Results that can say that a call was not let in.

use std::fmt;
use std::marker::PhantomData;

use super::exceeded::LimitExceeded;

/// A function's result that can say that the call was not let in.
///
/// `#[limit]` with `max_waiting` or `wait` asks this of the return type; every `Result` whose error is made from
/// [`LimitExceeded`] can do it.
#[diagnostic::on_unimplemented(
    message = "`#[limit]` can not turn its refusal into `{Self}`",
    label = "has no place for `LimitExceeded`",
    note = "return a `Result` whose error implements `From<weftwork::LimitExceeded>`"
)]
pub trait FromLimitExceeded {
    /// The result that says so.
    fn from_limit_exceeded(refusal: LimitExceeded) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<LimitExceeded>> FromLimitExceeded for Result<T, E> {
    fn from_limit_exceeded(refusal: LimitExceeded) -> Self {
        Err(refusal.into())
    }
}

/// A refusal where nothing can say so.
///
/// # Panics
/// Always.
#[cold]
#[track_caller]
#[allow(clippy::needless_pass_by_value, reason = "as conversions take it")]
pub fn refuse<T>(refusal: LimitExceeded) -> T {
    panic!("{refusal}")
}

/// What a function returns. `(&&answer::<T>()).refused()` is how it says a refusal: by conversion if it can, else by a panic.
pub struct Answer<T>(PhantomData<fn() -> T>);

impl<T> fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer")
    }
}

/// That of a function that returns this.
#[must_use]
pub const fn answer<T>() -> Answer<T> {
    Answer(PhantomData)
}

/// The first choice.
pub trait RefusedByConversion<T> {
    /// How it says a refusal.
    fn refused(&self) -> fn(LimitExceeded) -> T;
}

impl<T: FromLimitExceeded> RefusedByConversion<T> for &Answer<T> {
    #[inline]
    fn refused(&self) -> fn(LimitExceeded) -> T {
        T::from_limit_exceeded
    }
}

/// The second one.
pub trait RefusedByPanic<T> {
    /// How it says a refusal.
    fn refused(&self) -> fn(LimitExceeded) -> T;
}

impl<T> RefusedByPanic<T> for Answer<T> {
    #[inline]
    fn refused(&self) -> fn(LimitExceeded) -> T {
        refuse
    }
}
