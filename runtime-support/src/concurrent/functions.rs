//! The same without macros: functions over whatever gives futures.

use std::future::{Future, IntoFuture};
use std::task::Context;
use std::time::Duration;

use super::at_once::{AtOnce, Count, at_once};
use super::completing::{Completing, completing};
use super::core::Outputs;
use super::gathering::{Gathering, GatheringErrors, TryGathering, gather_each, try_gather_each};
use super::input::Extent;
use super::keep::{AllErrors, Keep};
use super::progress::{Progress, Told, Watched, watched};
use super::pull::{Pull, Pulled};
use super::racing::{Racing, RacingOk, Staggered, race_each, race_ok_each, stagger};
use super::stream::AsCompleted;
use super::together::Together;

/// Futures as an iterator gives them.
#[derive(Debug)]
pub struct Futures<I>(I);

impl<I: Iterator> Futures<I> {
    /// How many there will be.
    fn extent(&self) -> Extent {
        Extent::new(self.0.size_hint())
    }
}

impl<I: Iterator<Item: IntoFuture>> Pull for Futures<I> {
    type Answer = Pulled<<I::Item as IntoFuture>::IntoFuture>;
    const MAY_WAIT: bool = false;

    #[inline]
    fn pull(&mut self, _: &mut Context<'_>) -> Self::Answer {
        self.0.next().map_or(Pulled::End, |future| Pulled::Next(future.into_future()))
    }
}

/// Its futures, and how many there will be.
fn futures<I: IntoIterator>(futures: I) -> (Extent, Futures<I::IntoIter>) {
    let futures = Futures(futures.into_iter());
    (futures.extent(), futures)
}

/// The future of what an input gives.
type ItsFuture<I> = <<I as IntoIterator>::Item as IntoFuture>::IntoFuture;

/// Its output.
type Output<I> = <<I as IntoIterator>::Item as IntoFuture>::Output;

/// What gives them as they come.
type CompletingOf<I> = Completing<Futures<<I as IntoIterator>::IntoIter>, ItsFuture<I>, Output<I>>;

/// Runs futures together and gives their outputs, in the order of the input: `gather!(..futures)` without the macro.
///
/// ```
/// use weftwork::gather;
///
/// # async fn load(id: u32) -> u32 { id * 10 }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let loaded = gather((1..=100).map(load)).limit(8).await;
/// assert_eq!(loaded[99], 1000);
/// # });
/// ```
pub fn gather<I>(input: I) -> Gathering<Futures<I::IntoIter>, ItsFuture<I>, Output<I>>
where
    I: IntoIterator<Item: IntoFuture>,
{
    let (extent, futures) = futures(input);
    gather_each(extent, AtOnce::ALL, futures)
}

/// Runs futures together up to the first failure: `gather!(..futures?)` without the macro.
///
/// ```
/// use weftwork::try_gather;
///
/// # async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> { text.parse() }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// assert_eq!(try_gather(["1", "2"].map(parse)).await, Ok(vec![1, 2]));
/// assert!(try_gather(["1", "x"].map(parse)).await.is_err());
/// # });
/// ```
///
/// # Errors
/// The first error, as it is. The other futures are dropped before it is seen.
pub fn try_gather<I, T, E>(input: I) -> TryGathering<Futures<I::IntoIter>, ItsFuture<I>, T, E>
where
    I: IntoIterator<Item: IntoFuture<Output = Result<T, E>>>,
{
    let (extent, futures) = futures(input);
    try_gather_each(extent, AtOnce::ALL, futures)
}

/// Runs futures together and gives their outputs as they come: `as_completed!(..futures)` without the macro.
///
/// ```
/// use weftwork::as_completed;
///
/// # async fn load(id: u32) -> u32 { id }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut sum = 0;
/// as_completed((1..=100).map(load)).limit(8).for_each(async |n| sum += n).await;
/// assert_eq!(sum, 5050);
/// # });
/// ```
pub fn as_completed<I>(input: I) -> AsCompleted<CompletingOf<I>, Output<I>>
where
    I: IntoIterator<Item: IntoFuture>,
{
    let (_, futures) = futures(input);
    AsCompleted::new(completing(AtOnce::ALL, futures))
}

/// Runs futures together up to the first output; `None` if there are none: `race!(..futures)` without the macro.
///
/// ```
/// use weftwork::race;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// assert_eq!(race([std::future::ready(1), std::future::ready(2)]).await, Some(1));
/// # });
/// ```
pub fn race<I>(input: I) -> Racing<Futures<I::IntoIter>, ItsFuture<I>, Output<I>>
where
    I: IntoIterator<Item: IntoFuture>,
{
    let (_, futures) = futures(input);
    race_each(futures)
}

/// Runs futures together up to the first `Ok`: `race_ok!(..futures)` without the macro.
///
/// ```
/// use weftwork::{millis, race_ok};
///
/// # async fn ask(server: &str) -> Result<u32, std::num::ParseIntError> { server.parse() }
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// let answer = race_ok(["down", "7"].map(ask)).stagger(millis(250)).await;
/// assert_eq!(answer, Ok(7));
/// # });
/// ```
///
/// # Errors
/// Every error with the index of its future, if none gives an `Ok`.
pub fn race_ok<I, T, E>(input: I) -> RacingOk<Futures<I::IntoIter>, ItsFuture<I>, T, E>
where
    I: IntoIterator<Item: IntoFuture<Output = Result<T, E>>>,
{
    let (extent, futures) = futures(input);
    race_ok_each(extent, futures)
}

impl<I: Iterator<Item: IntoFuture<IntoFuture = F>>, F: Future, K: Keep<F::Output, Output = O>, O> Together<Futures<I>, F, K, O> {
    /// Lets at most `count` futures exist at once: the input is pulled as they end.
    ///
    /// # Panics
    /// If `count` is zero, as nothing could ever run.
    #[track_caller]
    pub fn limit(mut self, count: impl Count) -> Self {
        self.set_limit(at_once(count));
        self
    }

    /// Tells `progress` of every future that has come to its end.
    pub fn progress<W: Progress>(self, progress: W) -> Together<Futures<I>, F, Watched<K, W>, O> {
        let extent = self.source().map_or(Extent::UNKNOWN, Futures::extent);
        watched(self, Told(progress), extent)
    }
}

impl<I, T, E, F> TryGathering<Futures<I>, F, T, E>
where
    I: Iterator<Item: IntoFuture<Output = Result<T, E>, IntoFuture = F>>,
    F: Future<Output = Result<T, E>>,
{
    /// Runs everything to its end and gives every error: `errors = all` of the macro.
    pub fn all_errors(self) -> GatheringErrors<Futures<I>, F, T, E> {
        self.change(|futures, _| {
            let extent = futures.as_ref().map_or(Extent::UNKNOWN, Futures::extent);
            (futures, AllErrors(Outputs::new(extent.at_least)))
        })
    }
}

impl<I, T, E, F> RacingOk<Futures<I>, F, T, E>
where
    I: Iterator<Item: IntoFuture<Output = Result<T, E>, IntoFuture = F>>,
    F: Future<Output = Result<T, E>>,
{
    /// Starts a contender when the one before it has failed, or when none was started for `interval`. Zero starts all at once.
    ///
    /// It needs a tokio runtime with time enabled.
    pub fn stagger(self, interval: Duration) -> RacingOk<Staggered<Futures<I>>, F, T, E> {
        stagger(self, interval)
    }
}

impl<I, F> AsCompleted<Completing<Futures<I>, F, F::Output>, F::Output>
where
    I: Iterator<Item: IntoFuture<IntoFuture = F>>,
    F: Future,
{
    /// Lets at most `count` futures exist at once, outputs that nobody has asked for included.
    ///
    /// # Panics
    /// If `count` is zero, as nothing could ever run.
    #[track_caller]
    pub fn limit(mut self, count: impl Count) -> Self {
        self.outputs_mut().set_limit(at_once(count));
        self
    }
}
