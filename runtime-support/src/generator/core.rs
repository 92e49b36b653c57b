//! The slot between a generator and its body: the only unsafe code of the generators.
//!
//! # Invariant
//!
//! A [`Generator`] is pinned before its body starts, and stays so until it is dropped. Its body gets one [`Outlet`], a
//! pointer to the [`Slot`] beside it, under a lifetime `'y` that the body must accept for *every* `'y`. So the outlet can not
//! be stored in anything that the body did not make itself, and what the body made goes with it: the `stage` is dropped
//! before the `slot`. Hence wherever an outlet is alive, so is its slot.
//!
//! The slot has one producer, the outlet (neither `Clone` nor `Sync`, so one thread at a time), and one consumer, the
//! generator (by `&mut`). `full` tells whose turn it is: the producer writes `item` only while it is false and then sets it,
//! the consumer reads `item` only while it is true and then clears it. With release on the one side and acquire on the
//! other the two may even stand on different threads.

#![allow(unsafe_code, reason = "the generator core: the slot is shared between the pinned struct and the body inside it")]

use std::cell::UnsafeCell;
use std::fmt;
use std::future::Future;
use std::marker::{PhantomData, PhantomPinned};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};

use super::body::{Last, Start};

/// Room for the item under way.
struct Slot<T> {
    full: AtomicBool,
    item: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Slot<T> {
    const fn new() -> Self {
        Self { full: AtomicBool::new(false), item: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// Takes the item out.
    ///
    /// # Safety
    /// Only the consumer may call this.
    unsafe fn take(&self) -> Option<T> {
        if !self.full.load(Ordering::Acquire) {
            return None;
        }
        // SAFETY: `full` is set, so the item is initialised and the producer keeps off until `full` is cleared below.
        let item = unsafe { (*self.item.get()).assume_init_read() };
        self.full.store(false, Ordering::Release);
        Some(item)
    }
}

impl<T> Drop for Slot<T> {
    fn drop(&mut self) {
        // SAFETY: `&mut self`: nobody else is left, so this is the consumer.
        drop(unsafe { self.take() });
    }
}

/// The body's end of the slot.
///
/// Invariant in `'y`, so that it is tied to its own body, and in `T`, since items only go in.
pub struct Outlet<'y, T> {
    slot: *const Slot<T>,
    identity: PhantomData<Invariant<&'y ()>>,
    items: PhantomData<Invariant<T>>,
}

/// Takes and gives, so that neither a longer nor a shorter lifetime will do.
type Invariant<T> = fn(T) -> T;

// SAFETY: an outlet moves items of type `T` to the generator's thread; the slot's turns are handed over with release and
// acquire. It is not `Sync`: two threads must not be producers at once.
unsafe impl<T: Send> Send for Outlet<'_, T> {}

impl<T> Outlet<'_, T> {
    /// Whether the item before this one has been delivered.
    pub(super) fn is_vacant(&self) -> bool {
        // SAFETY: the slot outlives the outlet (see the invariant on top).
        !unsafe { &*self.slot }.full.load(Ordering::Acquire)
    }

    /// Puts an item into the slot, or hands it back where the one before it has not been delivered yet.
    pub(super) fn put(&self, item: T) -> Result<(), T> {
        if !self.is_vacant() {
            return Err(item);
        }
        // SAFETY: the slot outlives the outlet.
        let slot = unsafe { &*self.slot };
        // SAFETY: the slot is vacant, so the consumer keeps off; `self` is the only producer, and as it is not `Sync` no other
        // thread is in here.
        unsafe { (*slot.item.get()).write(item) };
        slot.full.store(true, Ordering::Release);
        Ok(())
    }
}

enum Stage<S, F, T> {
    Fresh(S),
    Running(F),
    /// The body has ended in the poll that delivered its last `yield`; what its end gives is still to come.
    Ended(Option<T>),
    Finished,
}

/// A stream whose items are the `yield`s of an async body.
///
/// Made by `generator!`, `try_generator!` and [`stream`](crate::stream). The body runs while the stream is polled, up to its next
/// `yield`, and goes on from there when the next item is asked for. After its end, an error or a panic the stream gives
/// `None` for ever.
///
/// # Cancel safety
/// Dropping the stream drops the body where it stands: its locals in reverse order, and an item that was not delivered.
#[must_use = "a generator does nothing unless it is polled: iterate over it with `for_await!`"]
pub struct Generator<T, S>
where
    S: Start<'static, T>,
{
    // In this order: the body may still look at the slot while it is dropped.
    stage: Stage<S, S::Future, T>,
    slot: Slot<T>,
    // The body holds a pointer to the slot.
    _pinned: PhantomPinned,
}

// SAFETY: moving a generator to another thread moves the start or the body, and items. The outlet in a running body points
// into the generator itself and is `Send` for `T: Send`. (Written out since the `UnsafeCell` is guarded by `full`.)
unsafe impl<T, S> Send for Generator<T, S>
where
    T: Send,
    S: Start<'static, T> + Send,
    S::Future: Send,
{
}

// SAFETY: a shared generator gives nothing but the name of its stage, which only `&mut` changes.
unsafe impl<T, S> Sync for Generator<T, S> where S: Start<'static, T> {}

impl<T, S> Generator<T, S>
where
    // The body takes an outlet of any lifetime: of none that it could have known before.
    S: for<'y> Start<'y, T>,
{
    pub(super) fn new(start: S) -> Self {
        Self { stage: Stage::Fresh(start), slot: Slot::new(), _pinned: PhantomPinned }
    }
}

/// Ends the generator when it is dropped: when the body panics.
struct Finish<S, F, T>(*mut Stage<S, F, T>);

impl<S, F, T> Drop for Finish<S, F, T> {
    fn drop(&mut self) {
        // SAFETY: made and dropped within one poll, from the `&mut` of that poll, while no other reference to the stage is used.
        // The body in it is dropped in place.
        unsafe { *self.0 = Stage::Finished };
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
        if let Stage::Running(_) = self.stage {
            // Pinned: it must not be moved out below.
            return None;
        }
        // A start that panics leaves a finished generator.
        match std::mem::replace(&mut self.stage, Stage::Finished) {
            Stage::Fresh(start) => {
                self.stage =
                    Stage::Running(start.start(Outlet { slot: &raw const self.slot, identity: PhantomData, items: PhantomData }));
                None
            }
            Stage::Ended(last) => Some(last),
            Stage::Running(_) | Stage::Finished => Some(None),
        }
    }

    /// The poll in which the body returned.
    #[cold]
    fn ended(&mut self, output: <S::Future as Future>::Output) -> Option<T> {
        // The body is dropped here, in place, so that its end is complete before anybody hears of it. Only then is the slot looked
        // into: a destructor in the body may have yielded.
        self.stage = Stage::Finished;
        let last = output.last();
        // SAFETY: `&mut self`: this is the consumer.
        let item = unsafe { self.slot.take() };
        if item.is_some() {
            self.stage = Stage::Ended(last);
            return item;
        }
        last
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
        // SAFETY: `stage` is pinned structurally: the future in it is only polled and dropped in place. `slot` is only ever
        // used through shared references.
        let this = unsafe { self.get_unchecked_mut() };
        if !matches!(this.stage, Stage::Running(_)) {
            if let Some(end) = this.start_or_end() {
                return Poll::Ready(end);
            }
        }
        let slot = &this.slot;
        let stage = &raw mut this.stage;
        // SAFETY: the one reference to the stage until the poll has returned; `finish` is dropped after its last use.
        let Stage::Running(body) = (unsafe { &mut *stage }) else { return Poll::Ready(None) };
        let finish = Finish(stage);
        // SAFETY: the body lies in the pinned generator and is not moved before it is dropped.
        let polled = unsafe { Pin::new_unchecked(body) }.poll(cx);
        std::mem::forget(finish);
        match polled {
            // SAFETY: `&mut self`: this is the consumer.
            Poll::Pending => unsafe { slot.take() }.map_or(Poll::Pending, |item| Poll::Ready(Some(item))),
            Poll::Ready(output) => Poll::Ready(this.ended(output)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.stage {
            Stage::Finished => (0, Some(0)),
            Stage::Ended(last) => (usize::from(last.is_some()), Some(usize::from(last.is_some()))),
            Stage::Fresh(_) | Stage::Running(_) => (0, None),
        }
    }
}

impl<T, S> FusedStream for Generator<T, S>
where
    S: Start<'static, T>,
    <S as Start<'static, T>>::Future: Future<Output: Last<T>>,
{
    fn is_terminated(&self) -> bool {
        matches!(self.stage, Stage::Finished)
    }
}

impl<T, S> fmt::Debug for Generator<T, S>
where
    S: Start<'static, T>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Fresh(_) => "fresh",
            Stage::Running(_) | Stage::Ended(_) => "suspended",
            Stage::Finished => "finished",
        };
        f.debug_struct("Generator").field("stage", &stage).finish_non_exhaustive()
    }
}
