//! What `as_completed!` gives.

use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::generator::{Direct, Generator, Outlet, Start, direct};

/// Outputs to come, each with the index of its input.
pub trait Outputs {
    type Output;
    fn poll_output(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(usize, Self::Output)>>;
    /// Lets the futures get on while nobody takes an output.
    fn drive(self: Pin<&mut Self>, cx: &mut Context<'_>);
    fn is_done(&self) -> bool;
    fn size_hint(&self) -> (usize, Option<usize>);
}

impl<T, S> Outputs for Generator<(usize, T), S>
where
    S: Start<'static, (usize, T), Future: Future<Output = ()>>,
{
    type Output = T;

    fn poll_output(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        self.poll_next(cx)
    }

    fn drive(self: Pin<&mut Self>, cx: &mut Context<'_>) {
        self.drive(cx);
    }

    fn is_done(&self) -> bool {
        self.is_terminated()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        Stream::size_hint(self)
    }
}

/// How an output is handed out.
pub trait View<T> {
    type Item;
    fn view(input: usize, output: T) -> Self::Item;
}

/// The output alone.
#[derive(Debug)]
pub enum Plain {}

impl<T> View<T> for Plain {
    type Item = T;

    fn view(_: usize, output: T) -> T {
        output
    }
}

/// The output with the index of its input.
#[derive(Debug)]
pub enum Indexed {}

impl<T> View<T> for Indexed {
    type Item = (usize, T);

    fn view(input: usize, output: T) -> (usize, T) {
        (input, output)
    }
}

pin_project! {
    /// A stream of outputs in the order in which they come, made by [`as_completed!`](macro@crate::as_completed) and
    /// [`as_completed`](fn@crate::as_completed).
    ///
    /// As a stream it lets its futures get on while it is polled, and not otherwise. [`for_each`](Self::for_each) lets them get on
    /// while its body runs as well.
    ///
    /// # Panics
    /// A panic of a future goes on in the poll that meets it. The others are dropped before, tasks included, and the stream is at
    /// its end.
    ///
    /// # Cancel safety
    /// Asking for the next item may be given up: no output is lost. Dropping the stream drops the futures, in the order of their
    /// inputs, and the outputs that nobody has read.
    #[must_use = "the futures do nothing unless the stream is polled: go through it with `for_await!` or `for_each`"]
    // `T` is a parameter, and not what a trait says about `S`, for the sake of `Send`: see `Together`.
    pub struct AsCompleted<S, T, V = Plain> {
        #[pin]
        outputs: S,
        view: PhantomData<fn() -> (T, V)>,
    }
}

/// See `AsCompleted`.
pub fn as_completed<T, F>(body: F) -> AsCompleted<Generator<(usize, T), Direct<F>>, T>
where
    F: for<'y> AsyncFnOnce(Outlet<'y, (usize, T)>),
    Direct<F>: for<'y> Start<'y, (usize, T)>,
{
    AsCompleted::new(direct(body))
}

impl<S, T> AsCompleted<S, T> {
    pub(super) fn new(outputs: S) -> Self {
        Self { outputs, view: PhantomData }
    }

    pub(super) fn outputs_mut(&mut self) -> &mut S {
        &mut self.outputs
    }

    /// The same with the index of its input beside each output, counted from 0.
    ///
    /// ```
    /// use weftwork::as_completed;
    ///
    /// # async fn load(name: &str) -> usize { tokio::task::yield_now().await; name.len() }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let names = ["one", "three"];
    /// as_completed!(for name in names { load(name) })
    ///     .indexed()
    ///     .for_each(async |(index, length)| assert_eq!(names[index].len(), length))
    ///     .await;
    /// # });
    /// ```
    pub fn indexed(self) -> AsCompleted<S, T, Indexed> {
        AsCompleted { outputs: self.outputs, view: PhantomData }
    }
}

impl<S: Outputs<Output = T>, T, V: View<T>> AsCompleted<S, T, V> {
    /// Runs `body` for each output, one after the other, in the order in which they come. Meanwhile the futures get on: where a
    /// loop would hold them up, this does not.
    ///
    /// ```
    /// use weftwork::as_completed;
    ///
    /// # async fn load(id: u32) -> u32 { id }
    /// # async fn save(_: u32) {}
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let mut saved = 0;
    /// as_completed!(for id in 1..=100 { load(id) }, limit = 8)
    ///     .for_each(async |user| {
    ///         save(user).await;
    ///         saved += 1;
    ///     })
    ///     .await;
    /// assert_eq!(saved, 100);
    /// # });
    /// ```
    ///
    /// With a `limit` outputs that wait for the body count as well, so that a slow one holds the input up and not the memory.
    ///
    /// The body may borrow and change what stands around it. What is spawned has to be `Send`, and of a body that borrows the
    /// compiler can not tell that yet: there it owns what it names, as `async move |item| ..`.
    ///
    /// # Panics
    /// A panic of the body or of a future goes on; everything else is dropped before.
    ///
    /// # Cancel safety
    /// Dropping it drops the running body, the futures and the outputs that wait.
    pub async fn for_each(self, mut body: impl AsyncFnMut(V::Item)) {
        let mut all = pin!(self);
        while let Some(item) = poll_fn(|cx| all.as_mut().poll_next(cx)).await {
            beside(all.as_mut(), body(item)).await;
        }
    }

    /// The same with a body that may fail: its first `Err` ends it, and everything that runs is dropped before it is seen. Tasks of
    /// `spawn` are cancelled then. Who is around waits for those, and for clean-ups, and so does [`drain`](crate::drain).
    ///
    /// ```
    /// use weftwork::as_completed;
    ///
    /// # async fn load(id: u32) -> Result<u32, std::io::Error> { Ok(id) }
    /// # async fn save(_: u32) -> Result<(), std::io::Error> { Ok(()) }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// as_completed!(for id in 1..=100 { load(id) }, limit = 8).try_for_each(async |user| save(user?).await).await?;
    /// # std::io::Result::Ok(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// That of `body`, as it is.
    ///
    /// # Panics
    /// As [`for_each`](Self::for_each).
    ///
    /// # Cancel safety
    /// As [`for_each`](Self::for_each).
    pub async fn try_for_each<E>(self, mut body: impl AsyncFnMut(V::Item) -> Result<(), E>) -> Result<(), E> {
        let mut all = pin!(self);
        while let Some(item) = poll_fn(|cx| all.as_mut().poll_next(cx)).await {
            beside(all.as_mut(), body(item)).await?;
        }
        Ok(())
    }
}

/// Runs a body and lets the futures get on. They go first in turn, as each may spend tokio's budget.
async fn beside<S: Outputs, T, V, R>(mut all: Pin<&mut AsCompleted<S, T, V>>, body: impl Future<Output = R>) -> R {
    let mut body = pin!(body);
    let mut is_bodys_turn = false;
    poll_fn(|cx| {
        is_bodys_turn = !is_bodys_turn;
        if is_bodys_turn {
            let polled = body.as_mut().poll(cx);
            if polled.is_pending() {
                all.as_mut().project().outputs.drive(cx);
            }
            return polled;
        }
        all.as_mut().project().outputs.drive(cx);
        body.as_mut().poll(cx)
    })
    .await
}

impl<S: Outputs<Output = T>, T, V: View<T>> Stream for AsCompleted<S, T, V> {
    type Item = V::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<V::Item>> {
        let output = self.project().outputs.poll_output(cx);
        output.map(|output| output.map(|(input, output)| V::view(input, output)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.outputs.size_hint()
    }
}

impl<S: Outputs<Output = T>, T, V: View<T>> FusedStream for AsCompleted<S, T, V> {
    fn is_terminated(&self) -> bool {
        self.outputs.is_done()
    }
}

impl<S, T, V> fmt::Debug for AsCompleted<S, T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").finish_non_exhaustive()
    }
}
