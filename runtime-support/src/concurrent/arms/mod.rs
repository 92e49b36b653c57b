//! Arms: a balanced tree of futures, so that there may be any number of them.
//!
//! - `leaf.rs`: one arm, and what becomes of its output
//! - `sweep.rs`: which arms are polled when, and that all are gone at the end
//! - `gather.rs`, `race.rs`, `staggered.rs`: what waits for them

mod gather;
mod leaf;
mod race;
mod staggered;
mod sweep;

use std::pin::Pin;
use std::task::Context;

use pin_project_lite::pin_project;

pub use self::gather::{gather, gather_all, try_gather};
pub(super) use self::leaf::{Arm, Contender, Kept, Racer, TryArm};
pub use self::race::{race, race_ok};
pub use self::staggered::staggered;
use super::failures::Failures;

/// Futures that are polled until each has ended, or one of them ends all with `E`.
pub trait Arms<E> {
    const COUNT: usize;
    type Output;

    /// Polls the arms from number `from` up to `to` that have not ended yet, and says how many of them have now.
    fn poll_range(self: Pin<&mut Self>, from: usize, to: usize, cx: &mut Context<'_>) -> Result<u32, E>;

    /// The outputs, in written order. Each arm has one.
    fn take(self: Pin<&mut Self>) -> Self::Output;
}

/// Arms some of which keep an error until all have ended.
pub trait Failing<E> {
    /// Hands the errors over, in written order. They are no outputs any more.
    fn fail(self: Pin<&mut Self>, failures: &mut Failures<E>);
}

impl<E> Arms<E> for () {
    const COUNT: usize = 0;
    type Output = ();

    fn poll_range(self: Pin<&mut Self>, _: usize, _: usize, _: &mut Context<'_>) -> Result<u32, E> {
        Ok(0)
    }

    fn take(self: Pin<&mut Self>) {}
}

pin_project! {
    /// Two halves of the arms.
    #[derive(Debug)]
    pub struct Both<L, R> {
        #[pin]
        left: L,
        #[pin]
        right: R,
    }
}

/// See `Both`.
#[inline]
pub fn both<L, R>(left: L, right: R) -> Both<L, R> {
    Both { left, right }
}

impl<E, L: Arms<E>, R: Arms<E>> Arms<E> for Both<L, R> {
    const COUNT: usize = L::COUNT + R::COUNT;
    type Output = (L::Output, R::Output);

    #[inline]
    fn poll_range(self: Pin<&mut Self>, from: usize, to: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        let this = self.project();
        let left = if from < L::COUNT { this.left.poll_range(from, to.min(L::COUNT), cx)? } else { 0 };
        let right = if to > L::COUNT { this.right.poll_range(from.saturating_sub(L::COUNT), to - L::COUNT, cx)? } else { 0 };
        Ok(left + right)
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> Self::Output {
        let this = self.project();
        (this.left.take(), this.right.take())
    }
}

impl<E, L: Failing<E>, R: Failing<E>> Failing<E> for Both<L, R> {
    fn fail(self: Pin<&mut Self>, failures: &mut Failures<E>) {
        let this = self.project();
        this.left.fail(failures);
        this.right.fail(failures);
    }
}
