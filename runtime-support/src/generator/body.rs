//! What a generator is made from, and what its end gives.

use std::future::Future;

use super::core::{Handle, Line, Outlet, Place, Slot};
use super::yielder::Yielder;

/// Where a kind of body leaves its items.
pub trait Via<T> {
    type Place: Place<T>;
}

/// Something that becomes a body when it is given a handle to the place for its items.
///
/// For closures that take their handle under a lifetime of its own, [`Start::Future`] is the future of the call. A trait
/// with the lifetime as its parameter gives that future a name, which `AsyncFnOnce` alone does not.
pub trait Start<'y, T>: Via<T> {
    type Future: Future;
    fn start(self, handle: Handle<'y, Self::Place>) -> Self::Future;
}

/// A body that yields on its own level only: straight into the slot.
#[derive(Debug)]
pub struct Direct<F>(pub(super) F);

impl<T, F> Via<T> for Direct<F> {
    type Place = Slot<T>;
}

impl<'y, T, F, B> Start<'y, T> for Direct<F>
where
    F: FnOnce(Outlet<'y, T>) -> B,
    B: Future,
{
    type Future = B;

    fn start(self, handle: Handle<'y, Slot<T>>) -> B {
        (self.0)(Outlet::new(handle))
    }
}

/// A body that lends its handle to others, which may yield at the same time.
#[derive(Debug)]
pub struct Lending<F>(pub(super) F);

impl<T, F> Via<T> for Lending<F> {
    type Place = Line<T>;
}

impl<'y, T, F, B> Start<'y, T> for Lending<F>
where
    F: FnOnce(Yielder<'y, T>) -> B,
    B: Future,
{
    type Future = B;

    fn start(self, handle: Handle<'y, Line<T>>) -> B {
        (self.0)(Yielder::new(handle))
    }
}

/// What the end of a body adds to the stream.
pub trait Last<T> {
    fn last(self) -> Option<T>;
}

impl<T> Last<T> for () {
    fn last(self) -> Option<T> {
        None
    }
}

impl<T, E> Last<Result<T, E>> for Result<(), E> {
    fn last(self) -> Option<Result<T, E>> {
        self.err().map(Err)
    }
}

/// The two sides of an item type that was written as a whole.
#[diagnostic::on_unimplemented(
    message = "the items of `try_generator!` are `Result`s, and `{Self}` is none",
    label = "write `Result<{Self}, E>`, with `E` the type of the errors"
)]
pub trait Fallible {
    /// Of a good item.
    type Ok;
    /// Of the last one.
    type Err;
}

impl<T, E> Fallible for Result<T, E> {
    type Ok = T;
    type Err = E;
}
