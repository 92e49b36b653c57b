//! `with!` without the macro.

use std::future::Future;
use std::panic::Location;

use super::attempt::{Outcome, attempt};
use super::class::{Contextual, plan};
use super::frame::frame;

/// Enters a context, runs `body` with its value and cleans up: [`with!`](macro@crate::with) without the macro.
///
/// The body gives a `Result`, whose error is made from the context's; a context that can not fail goes with
/// [`with_error`](crate::Context::with_error). For several contexts, and for an [`ExitStack`](crate::ExitStack), there is the macro.
///
/// ```
/// use weftwork::{Context, context, with};
///
/// fn connection(name: String) -> Context<String, std::io::Error> {
///     context(async move |lender| {
///         lender.lend(name).await;
///         Ok(())
///     })
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let length = with(connection("db".into()), async |name| Ok::<_, std::io::Error>(name.len())).await?;
/// assert_eq!(length, 2);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
///
/// # Errors
/// The context's error, if it can not be entered, or if its clean-up fails and the body has not; else the body's.
///
/// # Panics
/// A panic of the body goes on when the clean-up has ended, as does one of the clean-up.
///
/// # Cancel safety
/// Dropped, it drops the body; the clean-up goes on as a task.
#[track_caller]
pub fn with<'a, C, T, E, F, R, A>(context: C, body: F) -> impl Future<Output = Result<R, A>>
where
    // The types stand for themselves: rustc forgets lifetimes where it looks into a future for `Send`, and could not tell that
    // `C::Value` is the same for all of them.
    C: Contextual<'a, Value = T, Error = E>,
    A: From<E>,
    F: AsyncFnOnce(&mut T) -> Result<R, A>,
{
    let plan = plan(context);
    let place = Location::caller();
    async move {
        let mut frame = frame(plan);
        frame.set_place(place);
        let mut outcome = Outcome::NotBegun;
        let answer = outcome.answer();
        if frame.enter().await {
            let (below, value) = frame.lend();
            outcome = attempt(below, body(value)).await;
            frame.leave(answer.exit(&outcome)).await;
        }
        outcome.conclude(&mut frame, answer.failure(), |error| Err(error.into()))
    }
}
