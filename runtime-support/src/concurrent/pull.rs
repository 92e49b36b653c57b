//! Where the futures of a comprehension come from: one is made when there is room for it.

use std::future::Future;
use std::marker::PhantomData;
use std::task::Context;

/// What a pull gave.
#[derive(Debug)]
pub enum Pulled<F> {
    /// The next future.
    Next(F),
    /// The input has nothing now. Who has asked will be woken.
    Later,
    /// There will be no more.
    End,
}

/// What the body of a comprehension returns.
pub trait Answer {
    type Future: Future;
    /// A future, or the output of one that has come to its end at once.
    fn answer(self) -> Result<Pulled<Self::Future>, <Self::Future as Future>::Output>;
}

impl<F: Future> Answer for Pulled<F> {
    type Future = F;

    #[inline]
    fn answer(self) -> Result<Self, F::Output> {
        Ok(self)
    }
}

/// With a mark the body may fail, by a `?` in front of its future: as if the future had failed.
impl<T, E, F: Future<Output = Result<T, E>>> Answer for Result<Pulled<F>, E> {
    type Future = F;

    #[inline]
    fn answer(self) -> Result<Pulled<F>, Result<T, E>> {
        self.map_err(Err)
    }
}

/// The body of a comprehension around its input.
pub trait Pull {
    type Answer: Answer;
    /// Whether a pull may have to wait.
    const MAY_WAIT: bool;
    fn pull(&mut self, cx: &mut Context<'_>) -> Self::Answer;
}

/// Over an iterator.
#[derive(Debug)]
pub struct Each<P>(P);

/// See `Each`.
#[inline]
pub fn each<A: Answer, P: FnMut() -> A>(pull: P) -> Each<P> {
    Each(pull)
}

impl<A: Answer, P: FnMut() -> A> Pull for Each<P> {
    type Answer = A;
    const MAY_WAIT: bool = false;

    #[inline]
    fn pull(&mut self, _: &mut Context<'_>) -> A {
        (self.0)()
    }
}

/// Over a stream.
#[derive(Debug)]
pub struct EachAwaited<P>(P);

/// See `EachAwaited`.
#[inline]
pub fn each_awaited<A: Answer, P: FnMut(&mut Context<'_>) -> A>(pull: P) -> EachAwaited<P> {
    EachAwaited(pull)
}

impl<A: Answer, P: FnMut(&mut Context<'_>) -> A> Pull for EachAwaited<P> {
    type Answer = A;
    const MAY_WAIT: bool = true;

    #[inline]
    fn pull(&mut self, cx: &mut Context<'_>) -> A {
        (self.0)(cx)
    }
}

/// The answer of a body that may fail with `E`.
#[inline]
pub fn fallible<F, E>(pulled: Pulled<F>, _error: PhantomData<E>) -> Result<Pulled<F>, E> {
    Ok(pulled)
}
