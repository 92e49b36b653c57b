//! What `race!` and `race_ok!` were given, see [`given`](super::given).

use std::future::IntoFuture;
use std::marker::PhantomData;
use std::ops::Deref;

use super::arms::{Contender, Racer};
use super::given::{StandIn, no_value};

/// An expression that is to give `R`.
#[derive(Debug)]
pub struct Entrant<V, R> {
    value: V,
    otherwise: OtherwiseEntrant<V, R>,
}

/// Behind an [`Entrant`] that lacks something.
#[derive(Debug)]
pub struct OtherwiseEntrant<V, R>(PhantomData<fn() -> (V, R)>);

/// See `Entrant`. `_output` is shared by all arms, so that the one whose output differs is the one at fault.
#[inline]
pub fn entrant<V, R>(value: V, _output: PhantomData<R>) -> Entrant<V, R> {
    Entrant { value, otherwise: OtherwiseEntrant(PhantomData) }
}

impl<V, R> Deref for Entrant<V, R> {
    type Target = OtherwiseEntrant<V, R>;

    fn deref(&self) -> &OtherwiseEntrant<V, R> {
        &self.otherwise
    }
}

impl<F: IntoFuture<Output = R>, R> Entrant<F, R> {
    /// As an arm of `race!`.
    #[inline]
    pub fn racer(self) -> Racer<F::IntoFuture> {
        Racer::new(self.value.into_future())
    }
}

impl<F: IntoFuture<Output = Result<T, E>>, T, E> Entrant<F, Result<T, E>> {
    /// As an arm of `race_ok!`.
    #[inline]
    pub fn contender(self) -> Contender<F::IntoFuture, E> {
        Contender::new(self.value.into_future())
    }
}

impl<F: IntoFuture<Output = Result<T, E>>, T, E> Entrant<F, Result<T, E>> {
    /// As the child of a `race_ok!` over a comprehension.
    pub fn child(self) -> F::IntoFuture {
        self.value.into_future()
    }
}

impl<V, R> OtherwiseEntrant<V, R> {
    pub fn child<T>(&self) -> StandIn<T>
    where
        V: IntoFuture<Output: Contends<R>>,
    {
        no_value()
    }

    pub fn racer(&self) -> StandIn<()>
    where
        V: IntoFuture<Output: Agrees<R>>,
    {
        no_value()
    }

    pub fn contender(&self) -> StandIn<()>
    where
        V: IntoFuture<Output: Contends<R>>,
    {
        no_value()
    }
}

/// An output that all arms of a race may have.
#[diagnostic::on_unimplemented(
    message = "this arm gives `{Self}`, and one before it `{R}`",
    label = "gives `{Self}`",
    note = "a `race!` gives what its winner gives, so all arms give the same type"
)]
pub trait Agrees<R> {}

#[diagnostic::do_not_recommend]
impl<R> Agrees<R> for R {}

/// An output that can lose.
#[diagnostic::on_unimplemented(
    message = "this arm gives `{Self}`, not `{R}`",
    label = "gives `{Self}`",
    note = "the arms of a `race_ok!` all give the same `Result`: the first `Ok` wins"
)]
pub trait Contends<R> {}

#[diagnostic::do_not_recommend]
impl<T, E> Contends<Result<T, E>> for Result<T, E> {}
