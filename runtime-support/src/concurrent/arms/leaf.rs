//! One arm, and what becomes of its output.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{Arms, Failing};
use crate::concurrent::failures::Failures;

pin_project! {
    /// An arm whose output is taken as it is.
    #[project = ArmState]
    pub enum Arm<F: Future> {
        Pending { #[pin] future: F },
        Ready { output: Option<F::Output> },
    }
}

impl<F: Future> Arm<F> {
    #[inline]
    pub(in crate::concurrent) fn new(future: F) -> Self {
        Self::Pending { future }
    }
}

impl<E, F: Future> Arms<E> for Arm<F> {
    const COUNT: usize = 1;
    type Output = F::Output;

    #[inline]
    fn poll_range(mut self: Pin<&mut Self>, _: usize, _: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        if let ArmState::Pending { future } = self.as_mut().project() {
            let Poll::Ready(output) = future.poll(cx) else { return Ok(0) };
            self.set(Self::Ready { output: Some(output) });
            return Ok(1);
        }
        Ok(0)
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> F::Output {
        match self.project() {
            ArmState::Ready { output } => output.take().expect("an arm's output is taken once"),
            ArmState::Pending { .. } => unreachable!("outputs are taken when every arm has one"),
        }
    }
}

/// Among arms with a mark: whatever it gives is an output.
impl<E, F: Future> Failing<E> for Arm<F> {
    fn fail(self: Pin<&mut Self>, failures: &mut Failures<E>) {
        failures.add(None);
    }
}

pin_project! {
    /// An arm with a `?` behind it: its failure ends the gather.
    #[project = TryArmState]
    pub enum TryArm<F, T> {
        Pending { #[pin] future: F },
        Ready { output: Option<T> },
    }
}

impl<F, T> TryArm<F, T> {
    #[inline]
    pub(in crate::concurrent) fn new(future: F) -> Self {
        Self::Pending { future }
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Arms<E> for TryArm<F, T> {
    const COUNT: usize = 1;
    type Output = T;

    #[inline]
    fn poll_range(mut self: Pin<&mut Self>, _: usize, _: usize, cx: &mut Context<'_>) -> Result<u32, E> {
        if let TryArmState::Pending { future } = self.as_mut().project() {
            let Poll::Ready(output) = future.poll(cx) else { return Ok(0) };
            self.set(Self::Ready { output: Some(output?) });
            return Ok(1);
        }
        Ok(0)
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> T {
        match self.project() {
            TryArmState::Ready { output } => output.take().expect("an arm's output is taken once"),
            TryArmState::Pending { .. } => unreachable!("outputs are taken when every arm has one"),
        }
    }
}

pin_project! {
    /// An arm with a `?` behind it in a gather that runs everything to the end: its failure is kept.
    pub struct Kept<F: Future> {
        #[pin]
        arm: Arm<F>,
    }
}

impl<F: Future> Kept<F> {
    pub(in crate::concurrent) fn new(future: F) -> Self {
        Self { arm: Arm::new(future) }
    }
}

impl<X, T, E, F: Future<Output = Result<T, E>>> Arms<X> for Kept<F> {
    const COUNT: usize = 1;
    type Output = T;

    fn poll_range(self: Pin<&mut Self>, from: usize, to: usize, cx: &mut Context<'_>) -> Result<u32, X> {
        self.project().arm.poll_range(from, to, cx)
    }

    fn take(self: Pin<&mut Self>) -> T {
        let Ok(output) = Arms::<X>::take(self.project().arm) else { unreachable!("where an arm has failed, no output is taken") };
        output
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Failing<E> for Kept<F> {
    fn fail(self: Pin<&mut Self>, failures: &mut Failures<E>) {
        let ArmState::Ready { output } = self.project().arm.project() else { unreachable!("every arm has ended") };
        failures.add(output.take_if(|output| output.is_err()).and_then(Result::err));
    }
}

pin_project! {
    /// An arm of a race: its output ends all.
    #[derive(Debug)]
    pub struct Racer<F> {
        #[pin]
        future: F,
    }
}

impl<F> Racer<F> {
    #[inline]
    pub(in crate::concurrent) fn new(future: F) -> Self {
        Self { future }
    }
}

impl<F: Future> Arms<F::Output> for Racer<F> {
    const COUNT: usize = 1;
    type Output = ();

    #[inline]
    fn poll_range(self: Pin<&mut Self>, _: usize, _: usize, cx: &mut Context<'_>) -> Result<u32, F::Output> {
        match self.project().future.poll(cx) {
            Poll::Ready(output) => Err(output),
            Poll::Pending => Ok(0),
        }
    }

    fn take(self: Pin<&mut Self>) {}
}

pin_project! {
    /// An arm of a race for the first `Ok`, which ends all. An `Err` is kept.
    #[project = ContenderState]
    pub enum Contender<F, E> {
        Pending { #[pin] future: F },
        Failed { error: Option<E> },
    }
}

impl<F, E> Contender<F, E> {
    #[inline]
    pub(in crate::concurrent) fn new(future: F) -> Self {
        Self::Pending { future }
    }
}

impl<T, E, F: Future<Output = Result<T, E>>> Arms<T> for Contender<F, E> {
    const COUNT: usize = 1;
    type Output = ();

    #[inline]
    fn poll_range(mut self: Pin<&mut Self>, _: usize, _: usize, cx: &mut Context<'_>) -> Result<u32, T> {
        if let ContenderState::Pending { future } = self.as_mut().project() {
            match future.poll(cx) {
                Poll::Ready(Ok(output)) => return Err(output),
                Poll::Ready(Err(error)) => self.set(Self::Failed { error: Some(error) }),
                Poll::Pending => return Ok(0),
            }
            return Ok(1);
        }
        Ok(0)
    }

    fn take(self: Pin<&mut Self>) {}
}

impl<F, E> Failing<E> for Contender<F, E> {
    fn fail(self: Pin<&mut Self>, failures: &mut Failures<E>) {
        match self.project() {
            ContenderState::Failed { error } => failures.add(error.take()),
            ContenderState::Pending { .. } => failures.add(None),
        }
    }
}
