//! What the error of a result says, found by what it implements: `Display`, else `Debug`, else nothing.

use std::fmt::{Debug, Display};
use std::marker::PhantomData;

use crate::report::{shown, text_of};

/// Chooses. Call [`by`](TellByDisplay::by) on a reference to a reference to it, with the three traits at hand.
#[derive(Debug)]
pub struct Told<R>(PhantomData<fn() -> R>);

impl<R> Clone for Told<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Told<R> {}

/// For the type of a result.
pub fn told<R>() -> Told<R> {
    Told(PhantomData)
}

/// First choice.
pub trait TellByDisplay<R> {
    /// What says it.
    fn by(self) -> fn(&R) -> Option<String>;
}

impl<T, E: Display> TellByDisplay<Result<T, E>> for &&Told<Result<T, E>> {
    fn by(self) -> fn(&Result<T, E>) -> Option<String> {
        |result| result.as_ref().err().map(|error| shown(|| error.to_string()))
    }
}

/// Second choice.
pub trait TellByDebug<R> {
    /// What says it.
    fn by(self) -> fn(&R) -> Option<String>;
}

impl<T, E: Debug> TellByDebug<Result<T, E>> for &Told<Result<T, E>> {
    fn by(self) -> fn(&Result<T, E>) -> Option<String> {
        |result| result.as_ref().err().map(text_of)
    }
}

/// The rest.
pub trait TellNothing<R> {
    /// What says it.
    fn by(self) -> fn(&R) -> Option<String>;
}

impl<R> TellNothing<R> for Told<R> {
    fn by(self) -> fn(&R) -> Option<String> {
        |_| None
    }
}
