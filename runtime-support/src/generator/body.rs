//! What a generator is made from, and what its end gives.

use std::future::Future;

use super::core::Outlet;
use super::yielder::Yielder;

/// Something that becomes a body when it is given an outlet.
///
/// For closures that take their handle under a lifetime of its own, [`Start::Future`] is the future of the call. A trait
/// with the lifetime as its parameter gives that future a name, which `AsyncFnOnce` alone does not.
pub trait Start<'y, T> {
    type Future: Future;
    fn start(self, outlet: Outlet<'y, T>) -> Self::Future;
}

/// A body that yields on its own level only: straight into the slot.
#[derive(Debug)]
pub struct Direct<F>(pub(super) F);

impl<'y, T, F, B> Start<'y, T> for Direct<F>
where
    F: FnOnce(Outlet<'y, T>) -> B,
    B: Future,
{
    type Future = B;

    fn start(self, outlet: Outlet<'y, T>) -> B {
        (self.0)(outlet)
    }
}

/// A body that lends its handle to others, which may yield at the same time.
#[derive(Debug)]
pub struct Lending<F>(pub(super) F);

impl<'y, T, F, B> Start<'y, T> for Lending<F>
where
    F: FnOnce(Yielder<'y, T>) -> B,
    B: Future,
{
    type Future = B;

    fn start(self, outlet: Outlet<'y, T>) -> B {
        (self.0)(Yielder::new(outlet))
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
