//! The core: a pinned struct, and a body inside it that hands items out through a place beside it. All unsafe code of the
//! generators is in here.
//!
//! # Invariant
//!
//! A [`Generator`] is pinned before its body starts, and stays so until it is dropped. Its body gets a [`Handle`], a pointer to
//! the place beside it, under a lifetime `'y` that the body must accept for *every* `'y`. So the handle can not be stored in
//! anything that the body did not make itself, and what the body made goes with it: the body is dropped before the place.
//! Hence wherever a handle is alive, so is its place, and code with a handle runs only while the generator starts, polls or
//! drops the body.
//!
//! That is as strong as `std::thread::scope`, which rests on the same rule, and no stronger: a function whose return type
//! claims `'y: 'static` by an implied bound is a known hole in the compiler (rust-lang/rust#25860, #84591), for both.
//!
//! `stage` tells which field of `contents` is there. It changes before the old field is dropped and after the new one is
//! written, so that a panic in between leaves a finished generator and never drops anything twice. A body may point into itself,
//! so `contents` lies in an `UnsafeCell`: a shared reference to the generator must not count as a look at the body.
//!
//! How items get from one thread to another is the places' affair: see `slot.rs` and `line.rs`.

#![allow(unsafe_code, reason = "the generator core: the place is shared between the pinned struct and the body inside it")]

mod line;
#[cfg(all(test, weftwork_loom))]
mod loom;
mod slot;
mod sync;

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::future::Future;
use std::marker::{PhantomData, PhantomPinned};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::{FusedStream, Stream};

use super::body::{Last, Start, Via};
use crate::scope::{HowLong, Scope};
pub use line::Emit;
pub(super) use line::Line;
pub(crate) use slot::Outlet;
pub(super) use slot::Slot;

/// Where a body leaves its items.
///
/// # Safety
/// An item must be given out once, and the place must be as safe to share as its `Sync` says.
pub unsafe trait Place<T> {
    fn new() -> Self;

    /// For the generator, which keeps its stage where it costs nothing.
    ///
    /// # Safety
    /// Only the generator may call this, and change what is in it by its `&mut`.
    unsafe fn stage(&self) -> &Cell<Stage>;

    /// The body is about to be polled for the owner of `waker`.
    ///
    /// # Safety
    /// Only the generator may call this, while its body does not run. `waker` must live until `end`, or else until the body is
    /// dropped.
    unsafe fn begin(&self, waker: &Waker);

    /// The poll is over.
    ///
    /// # Safety
    /// Only the generator may call this, while its body does not run.
    unsafe fn end(&self);

    /// Takes the next item out.
    ///
    /// # Safety
    /// Only the generator may call this, while its body does not run.
    unsafe fn take(&self) -> Option<T>;
}

/// A body's pointer to the place beside it. Invariant in `'y`, so that it is tied to its own body.
pub struct Handle<'y, P> {
    place: *const P,
    identity: PhantomData<fn(&'y ()) -> &'y ()>,
}

impl<P> Clone for Handle<'_, P> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Handle<'_, P> {}

impl<P> Deref for Handle<'_, P> {
    type Target = P;

    #[inline]
    fn deref(&self) -> &P {
        // SAFETY: the place outlives the handle (see the invariant on top).
        unsafe { &*self.place }
    }
}

// SAFETY: a handle is a shared reference to the place.
unsafe impl<P: Sync> Send for Handle<'_, P> {}
// SAFETY: the same.
unsafe impl<P: Sync> Sync for Handle<'_, P> {}

/// What a generator holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// `contents.start`
    Fresh,
    /// `contents.body`
    Running,
    /// `contents.last`: the body has ended in the poll that delivered its last `yield`; what its end gives is still to come.
    Ended,
    /// Nothing.
    Finished,
}

/// What `stage` says.
union Contents<S, F, T> {
    start: ManuallyDrop<S>,
    body: ManuallyDrop<F>,
    last: ManuallyDrop<Option<T>>,
}

/// A stream whose items are the `yield`s of an async body.
///
/// Made by `generator!`, `try_generator!` and [`stream`](crate::stream). The body runs while the stream is polled, up to its next
/// `yield`, and goes on from there when the next item is asked for. After its end, an error or a panic the stream gives
/// `None` for ever.
///
/// # Cancel safety
/// Dropping the stream drops the body where it stands: its locals in reverse order, and an item that was not delivered. Clean-ups
/// that were open in it go on as tasks.
#[must_use = "a generator does nothing unless it is polled: iterate over it with `for_await!`"]
pub struct Generator<T, S, B = <S as Start<'static, T>>::Future>
where
    S: Via<T>,
{
    // The body is a parameter, and not what a trait says about `S`: whether this may go to another thread is asked where every
    // lifetime counts as another one, and a closure takes an outlet for items of one lifetime only.
    contents: UnsafeCell<Contents<S, B, T>>,
    // Dropped behind the contents: the body may still look at it while it is dropped.
    place: S::Place,
    // The body holds a pointer to the place.
    _pinned: PhantomPinned,
}

// SAFETY: moving a generator to another thread moves the start or the body, and items. The handle in a running body points into
// the generator itself, and whether it may go along is the future's to say.
unsafe impl<T, S, B> Send for Generator<T, S, B>
where
    T: Send,
    S: Via<T> + Send,
    B: Send,
{
}

// SAFETY: a shared generator gives nothing but its stage and whether a last item is there, which only `&mut` changes.
unsafe impl<T, S, B> Sync for Generator<T, S, B> where S: Via<T> {}

/// The body takes a handle of any lifetime: of none that it could have known before.
pub(super) fn generator<T, S>(start: S) -> Generator<T, S>
where
    S: for<'y> Start<'y, T> + Via<T>,
{
    Generator::fresh(start)
}

impl<T, S, B> Generator<T, S, B>
where
    S: Via<T>,
{
    #[inline]
    fn stage(&self) -> Stage {
        // SAFETY: this is the generator, and looks only.
        unsafe { self.place.stage() }.get()
    }

    #[inline]
    fn set_stage(&mut self, stage: Stage) -> Stage {
        // SAFETY: this is the generator, by `&mut`.
        unsafe { self.place.stage() }.replace(stage)
    }

    /// Drops what is there, in place.
    fn finish(&mut self) {
        let stage = self.set_stage(Stage::Finished);
        let contents = self.contents.get_mut();
        // SAFETY: the stage before says which field is there, and the stage after that none is.
        unsafe {
            match stage {
                Stage::Fresh => ManuallyDrop::drop(&mut contents.start),
                Stage::Running => ManuallyDrop::drop(&mut contents.body),
                Stage::Ended => ManuallyDrop::drop(&mut contents.last),
                Stage::Finished => {}
            }
        }
    }

    /// Drops what is there, and the items that it has left.
    pub(super) fn close(self: Pin<&mut Self>) {
        // SAFETY: the body is dropped in place, and nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        this.finish();
        // SAFETY: `&mut self`, and there is no body any more.
        while let Some(item) = unsafe { this.place.take() } {
            drop(item);
        }
    }
}

impl<T, S> Generator<T, S>
where
    S: Start<'static, T>,
{
    /// From a start that has been one of a generator before.
    fn fresh(start: S) -> Self {
        let contents = UnsafeCell::new(Contents { start: ManuallyDrop::new(start) });
        Self { contents, place: S::Place::new(), _pinned: PhantomPinned }
    }

    /// The same generator, elsewhere; this one is finished. Nothing if it has started: then it can not be moved.
    pub(super) fn moved(&mut self) -> Option<Self> {
        if self.stage() != Stage::Fresh {
            return None;
        }
        self.set_stage(Stage::Finished);
        // SAFETY: the start was there, and is taken out once.
        Some(Self::fresh(ManuallyDrop::into_inner(unsafe { std::ptr::read(&self.contents.get_mut().start) })))
    }

    /// Ends the stream early: drops the body where it stands, its locals in reverse order, and items that were not delivered, and
    /// waits for the clean-ups that were open in it, for the period of [`with_grace`](crate::with_grace). From then on the stream
    /// gives `None`.
    ///
    /// A body that has not started never runs. On a finished generator this does nothing.
    ///
    /// # Cancel safety
    /// Nothing is dropped before the first poll, and everything in it; whoever is around goes on with the wait.
    pub async fn aclose(self: Pin<&mut Self>) {
        let mut scope = Scope::new();
        scope.give_up(|| self.close());
        scope.clear(HowLong::Grace).await;
    }
}

impl<T, S, B> Drop for Generator<T, S, B>
where
    S: Via<T>,
{
    fn drop(&mut self) {
        self.finish();
    }
}

/// Ends the generator when it is dropped: when the body panics.
struct Finish<T, S, B>(*mut Generator<T, S, B>)
where
    S: Via<T>;

impl<T, S, B> Drop for Finish<T, S, B>
where
    S: Via<T>,
{
    #[cold]
    fn drop(&mut self) {
        // SAFETY: made and dropped within one poll, from the pinned `&mut` of that poll, while no other reference is used.
        unsafe { Pin::new_unchecked(&mut *self.0) }.close();
    }
}

/// What happens once in a generator's life stands apart from `poll_next`, which is so short that its callers take it in.
impl<T, S> Generator<T, S>
where
    S: Start<'static, T>,
    S::Future: Future<Output: Last<T>>,
{
    /// For a poll that finds no running body: makes it, or says what the stream gives behind its end.
    #[cold]
    fn start_or_end(&mut self) -> Option<Option<T>> {
        match self.stage() {
            Stage::Fresh => {
                // A start that panics leaves a finished generator.
                self.set_stage(Stage::Finished);
                // SAFETY: the start was there, and is taken out once.
                let start = ManuallyDrop::into_inner(unsafe { std::ptr::read(&self.contents.get_mut().start) });
                let body = start.start(Handle { place: &raw const self.place, identity: PhantomData });
                self.contents.get_mut().body = ManuallyDrop::new(body);
                self.set_stage(Stage::Running);
                None
            }
            Stage::Running => None,
            Stage::Ended => Some(self.after_the_end()),
            Stage::Finished => Some(None),
        }
    }

    /// The poll in which the body returned.
    #[cold]
    fn ended(&mut self, output: <S::Future as Future>::Output) -> Option<T> {
        self.leave(output);
        self.after_the_end()
    }

    /// Nothing but what the body left behind stays.
    fn leave(&mut self, output: <S::Future as Future>::Output) {
        // The body is dropped here, in place, so that its end is complete before anybody hears of it. Only then is the place looked
        // into: a destructor in the body may have yielded.
        self.finish();
        // SAFETY: the body is no more.
        unsafe { self.place.end() };
        self.contents.get_mut().last = ManuallyDrop::new(output.last());
        self.set_stage(Stage::Ended);
    }

    /// Polls the body, which is there.
    ///
    /// # Safety
    /// `this` is the one pointer into the pinned generator, but for the handle in the body.
    #[inline]
    unsafe fn poll_body(this: *mut Self, cx: &mut Context<'_>) -> Poll<<S::Future as Future>::Output> {
        // SAFETY: `finish` is dropped only if the poll panics. The body is there, it is not moved before it is dropped, and it does
        // not run when `begin` is called.
        unsafe {
            (*this).place.begin(cx.waker());
            let finish = Finish(this);
            let polled = Pin::new_unchecked(&mut *(*(*this).contents.get()).body).poll(cx);
            std::mem::forget(finish);
            polled
        }
    }

    /// Lets the body run and leaves its items where they are. For a body that puts one there only where there is room.
    pub(crate) fn drive(self: Pin<&mut Self>, cx: &mut Context<'_>) {
        // SAFETY: the body is pinned structurally, as in `poll_next`.
        let this = unsafe { self.get_unchecked_mut() };
        if this.stage() == Stage::Fresh {
            this.start_or_end();
        }
        if this.stage() != Stage::Running {
            return;
        }
        let this: *mut Self = this;
        // SAFETY: as in `poll_next`; the body does not run when `end` is called.
        unsafe {
            match Self::poll_body(this, cx) {
                Poll::Pending => (*this).place.end(),
                Poll::Ready(output) => (*this).leave(output),
            }
        }
    }

    /// First what is left in the place, then the body's last word.
    fn after_the_end(&mut self) -> Option<T> {
        // SAFETY: `&mut self`, and the body is no more.
        let left = unsafe { self.place.take() };
        left.or_else(|| {
            self.set_stage(Stage::Finished);
            // SAFETY: it was there, and is taken out once.
            ManuallyDrop::into_inner(unsafe { std::ptr::read(&self.contents.get_mut().last) })
        })
    }
}

impl<T, S> Stream for Generator<T, S>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: the body is pinned structurally: it is only polled and dropped in place. The place is only ever used through
        // shared references.
        let this = unsafe { self.get_unchecked_mut() };
        if this.stage() != Stage::Running {
            if let Some(end) = this.start_or_end() {
                return Poll::Ready(end);
            }
        }
        let this: *mut Self = this;
        // SAFETY: `this` is the one pointer into the generator until the end of this function, but for the handle in the body. The
        // body is there, and it does not run when `end` and `take` are called.
        unsafe {
            match Self::poll_body(this, cx) {
                Poll::Pending => {
                    (*this).place.end();
                    (*this).place.take().map_or(Poll::Pending, |item| Poll::Ready(Some(item)))
                }
                Poll::Ready(output) => Poll::Ready((*this).ended(output)),
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self.stage() {
            Stage::Finished => (0, Some(0)),
            // SAFETY: the stage says that it is there, and nobody changes it without `&mut`.
            Stage::Ended => (usize::from(unsafe { &(*self.contents.get()).last }.is_some()), None),
            Stage::Fresh | Stage::Running => (0, None),
        }
    }
}

impl<T, S> FusedStream for Generator<T, S>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    fn is_terminated(&self) -> bool {
        self.stage() == Stage::Finished
    }
}

impl<T, S> fmt::Debug for Generator<T, S>
where
    S: Start<'static, T>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage() {
            Stage::Fresh => "fresh",
            Stage::Running | Stage::Ended => "suspended",
            Stage::Finished => "finished",
        };
        f.debug_struct("Generator").field("stage", &stage).finish_non_exhaustive()
    }
}
