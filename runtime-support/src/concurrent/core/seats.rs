//! Where children sit: memory that grows without moving what is in it.
//!
//! # Invariant
//!
//! A seat never moves: chunks are allocated once and freed with the [`Seats`] that own them, and pointers to seats stay within
//! them. A future in a seat is only polled in place and dropped in place, so it may be pinned. Every access goes through the
//! owner's `&mut`.
//!
//! Chunks double, so that there are few: the highest bit of a seat's number is the size of its chunk. The first one has all below.
//!
//! Seats below `made` are written, the others' memory is not. `taken` of them hold a future; those that hold none stand in the list
//! that `free` begins, but for those whose future's destructor has panicked. A future that pays the first of them a visit, for one poll,
//! is dropped at its end or takes the seat.

#![allow(unsafe_code, reason = "the gather core: pinned children without an allocation for each")]

use std::future::Future;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::ptr::{NonNull, null_mut};
use std::task::{Context, Poll};

/// Seats of the first chunk: a power of two.
const FIRST: usize = 4;

/// What somebody expects is not worth more memory than this, in bytes.
const TRUST: usize = 1 << 20;

/// Behind the last free seat.
const NONE: usize = usize::MAX;

pub(super) struct Seats<F> {
    chunks: Chunks<F>,
    /// How many will be needed at once, if that is known.
    expected: usize,
    made: usize,
    taken: usize,
    free: Option<At<F>>,
    owned: PhantomData<Seat<F>>,
}

// SAFETY: the pointers are to seats that these own.
unsafe impl<F: Send> Send for Seats<F> {}
// SAFETY: the same; by `&` nothing is reached.
unsafe impl<F: Sync> Sync for Seats<F> {}

/// Memory for seats. There is none at first.
struct Chunks<F>(Option<NonNull<FirstChunk<F>>>);

/// With the places of all, as most have no more than this one.
struct FirstChunk<F> {
    /// For each highest bit of a number where seat zero were, if the chunk went back so far.
    zeros: [*mut Seat<F>; 32],
    /// The numbers with which an allocation begins, this one apart: each a bit.
    begins: u32,
    seats: [MaybeUninit<Seat<F>>; FIRST],
}

struct Seat<F> {
    future: Option<F>,
    /// The number of the future's input, or that of the next free seat.
    input: usize,
}

/// A seat, of the `Seats` that gave this.
pub(super) struct At<F> {
    seat: NonNull<Seat<F>>,
    number: usize,
}

impl<F> Clone for At<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for At<F> {}

// SAFETY: a place to look at, which only the `Seats` do.
unsafe impl<F: Send> Send for At<F> {}
// SAFETY: the same.
unsafe impl<F: Sync> Sync for At<F> {}

impl<F> Seats<F> {
    /// For so many at once, or more: those behind the first few come in one allocation then.
    pub(super) const fn expecting(expected: usize) -> Self {
        Self { chunks: Chunks(None), expected, made: 0, taken: 0, free: None, owned: PhantomData }
    }

    pub(super) const fn expected(&self) -> usize {
        self.expected
    }

    /// Gives a future the seat that became free last, or a new one.
    #[inline(always)]
    pub(super) fn take(&mut self, input: usize, future: F) -> At<F> {
        self.taken += 1;
        let Some(at) = self.free else { return self.make(Seat { future: Some(future), input }) };
        // SAFETY: our seat, by `&mut`.
        let seat = unsafe { &mut *at.seat.as_ptr() };
        self.free = if seat.input == NONE { None } else { Some(self.find(seat.input)) };
        seat.input = input;
        // It was empty: there is nothing to drop.
        seat.future = Some(future);
        at
    }

    /// Polls a future in the seat that is next. If it is ready it is gone, and the seat is as it was; else it has taken the seat, as
    /// number `input`.
    #[inline]
    pub(super) fn poll_once(&mut self, future: F, input: impl FnOnce() -> usize, cx: &mut Context<'_>) -> Result<F::Output, At<F>>
    where
        F: Future,
    {
        let at = match self.free {
            Some(at) => at,
            None => {
                let at = self.make(Seat { future: None, input: NONE });
                self.free = Some(at);
                at
            }
        };
        // SAFETY: our seat, by `&mut`.
        let seat = unsafe { &mut *at.seat.as_ptr() };
        let visit = Visit(&mut seat.future);
        // SAFETY: it is dropped in its place by the end of the visit, or has taken the seat (see above).
        let future = unsafe { Pin::new_unchecked(visit.0.insert(future)) };
        if let Poll::Ready(output) = future.poll(cx) {
            return Ok(output);
        }
        std::mem::forget(visit);
        self.taken += 1;
        self.free = if seat.input == NONE { None } else { Some(self.find(seat.input)) };
        seat.input = input();
        Err(at)
    }

    /// Writes the next seat.
    #[inline(always)]
    fn make(&mut self, seat: Seat<F>) -> At<F> {
        let number = self.made;
        if begins_chunk(number) && !self.chunks.reach(number) {
            self.grow();
        }
        let at = self.find(number);
        // SAFETY: within its chunk, and nobody looks at it yet.
        unsafe { at.seat.write(seat) };
        self.made += 1;
        at
    }

    /// Memory for more.
    #[cold]
    fn grow(&mut self) {
        let expected = self.expected.min(TRUST / size_of::<Seat<F>>());
        self.chunks.grow(self.made, expected);
    }

    /// # Panics
    /// If there is no such seat.
    #[inline(always)]
    pub(super) fn at(&self, number: usize) -> At<F> {
        assert!(number < self.made, "there is a seat");
        self.find(number)
    }

    /// Where a seat is, written or not. There is its chunk.
    #[inline(always)]
    fn find(&self, number: usize) -> At<F> {
        let first = self.chunks.0.expect("there is a chunk");
        // SAFETY: as long as there are seats there is the first chunk. It has the places of all.
        let seat = unsafe { NonNull::new_unchecked((&(*first.as_ptr()).zeros)[power_of(number)].wrapping_add(number)) };
        At { seat, number }
    }

    #[inline]
    pub(super) fn number(&self, at: At<F>) -> usize {
        at.number
    }

    /// Drops a future in its place, and gives the seat free.
    #[inline(always)]
    fn leave(&mut self, at: At<F>) {
        // SAFETY: our seat, by `&mut`.
        let seat = unsafe { &mut *at.seat.as_ptr() };
        self.taken -= 1;
        // First: the seat of one whose destructor panics is not used again.
        seat.future = None;
        seat.input = self.free.replace(at).map_or(NONE, |free| free.number);
    }

    /// Drops every future, in the order of their inputs.
    pub(super) fn clear(&mut self) {
        if self.taken == 0 {
            return;
        }
        let seats = (0..self.made).map(|number| self.find(number));
        let mut taken: Vec<(usize, At<F>)> = seats
            .filter_map(|at| {
                // SAFETY: our seat, by `&mut`, and it is written.
                let seat = unsafe { at.seat.as_ref() };
                seat.future.is_some().then_some((seat.input, at))
            })
            .collect();
        taken.sort_unstable_by_key(|(input, _)| *input);
        Leaving { seats: self, taken: taken.into_iter() }.leave_all();
    }
}

/// Futures that are dropped one after the other, also where the destructor of one panics.
struct Leaving<'s, F> {
    seats: &'s mut Seats<F>,
    taken: std::vec::IntoIter<(usize, At<F>)>,
}

impl<F> Leaving<'_, F> {
    fn leave_all(&mut self) {
        for (_, at) in self.taken.by_ref() {
            self.seats.leave(at);
        }
    }
}

impl<F> Drop for Leaving<'_, F> {
    fn drop(&mut self) {
        self.leave_all();
    }
}

/// Drops a future that has taken no seat.
struct Visit<'s, F>(&'s mut Option<F>);

impl<F> Drop for Visit<'_, F> {
    #[inline]
    fn drop(&mut self) {
        *self.0 = None;
    }
}

impl<F: Future> Seats<F> {
    /// Polls the future in a seat, if there is one. With its output it is gone.
    #[inline(always)]
    pub(super) fn poll(&mut self, at: At<F>, cx: &mut Context<'_>) -> Option<(usize, F::Output)> {
        // SAFETY: our seat, by `&mut`.
        let seat = unsafe { &mut *at.seat.as_ptr() };
        let input = seat.input;
        // SAFETY: what is in a seat is pinned (see above).
        let future = unsafe { Pin::new_unchecked(seat.future.as_mut()?) };
        let Poll::Ready(output) = future.poll(cx) else { return None };
        self.leave(at);
        Some((input, output))
    }
}

impl<F> Drop for Seats<F> {
    fn drop(&mut self) {
        // Every future is dropped before the chunks follow, also if a destructor panics: they are pinned.
        self.clear();
    }
}

/// The highest bit of a seat's number, or of the last one in the first chunk.
#[inline(always)]
const fn power_of(number: usize) -> usize {
    (number as u32 | (FIRST as u32 - 1)).ilog2() as usize
}

/// Whether a chunk begins with this number.
#[inline(always)]
const fn begins_chunk(number: usize) -> bool {
    number == 0 || (number >= FIRST && number.is_power_of_two())
}

impl<F> Chunks<F> {
    /// Whether there is memory for this seat.
    #[inline]
    fn reach(&self, number: usize) -> bool {
        // SAFETY: alive.
        self.0.is_some_and(|first| !unsafe { first.as_ref() }.zeros[power_of(number)].is_null())
    }

    /// A chunk for seats from this number on, with which one begins. If more than it holds are expected, those that follow come
    /// along: their numbers go on where it ends, so seat zero is the same for all of them.
    fn grow(&mut self, number: usize, expected: usize) {
        assert!(number < 1 << 31, "more than {} futures at once", 1_u32 << 31);
        let Some(first) = self.0 else {
            // In its place: four futures may be more than the stack has room for.
            let first = Box::into_raw(Box::<FirstChunk<F>>::new_uninit()).cast::<FirstChunk<F>>();
            // SAFETY: just made. The seats' memory may be anything.
            unsafe {
                (&raw mut (*first).zeros).write([null_mut(); 32]);
                (&raw mut (*first).begins).write(0);
                (*first).zeros[power_of(0)] = (&raw mut (*first).seats).cast();
            }
            self.0 = NonNull::new(first);
            return;
        };
        let end = expected.max(number + 1).next_power_of_two();
        let seats = Box::into_raw(Box::<[Seat<F>]>::new_uninit_slice(end - number)).cast::<Seat<F>>();
        // SAFETY: alive, and ours by `&mut`. The seats of the first chunk are not touched.
        let (zeros, begins) = unsafe { (&mut (*first.as_ptr()).zeros, &mut (*first.as_ptr()).begins) };
        zeros[power_of(number)..power_of(end)].fill(seats.wrapping_sub(number));
        *begins |= number as u32;
    }
}

impl<F> Drop for Chunks<F> {
    #[inline]
    fn drop(&mut self) {
        let Some(first) = self.0 else { return };
        // SAFETY: made by `Box::into_raw`; nobody has a pointer to it any more, and of the seats there is nothing to drop.
        let first = unsafe { Box::from_raw(first.as_ptr()) };
        if first.begins != 0 {
            first.free_others();
        }
    }
}

impl<F> FirstChunk<F> {
    /// Frees the memory of all chunks behind this one.
    #[cold]
    fn free_others(&self) {
        let made = self.zeros.iter().rposition(|zero| !zero.is_null()).map_or(0, |power| 1 << (power + 1));
        for begin in (0..32).map(|power| 1_u32 << power).filter(|begin| self.begins & begin != 0) {
            // Up to where the next one begins.
            let others = self.begins & !(begin | (begin - 1));
            let end = if others == 0 { made } else { 1_usize << others.trailing_zeros() };
            let (begin, zero) = (begin as usize, self.zeros[power_of(begin as usize)]);
            let seats = zero.wrapping_add(begin).cast::<MaybeUninit<Seat<F>>>();
            // SAFETY: made by `Box::into_raw`, and the owner of this chunk frees the others once, with it.
            drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(seats, end - begin)) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_stay_where_they_are_and_are_used_again() {
        for expected in [0, 3, 100, 1000, usize::MAX] {
            stay_where_they_are(Seats::expecting(expected));
        }
    }

    fn stay_where_they_are(mut seats: Seats<usize>) {
        let taken: Vec<At<usize>> = (0..1000).map(|input| seats.take(input, input)).collect();
        for (number, at) in taken.iter().enumerate() {
            assert_eq!(seats.number(*at), number);
            assert_eq!(seats.at(number).seat, at.seat);
            // SAFETY: taken.
            let seat = unsafe { at.seat.as_ref() };
            assert_eq!((seat.future, seat.input), (Some(number), number));
        }
        for number in [500, 3, 999] {
            seats.leave(taken[number]);
        }
        for number in [999, 3, 500, 1000] {
            let at = seats.take(0, 0);
            assert_eq!(seats.number(at), number);
        }
        assert_eq!((seats.made, seats.taken), (1001, 1001));
    }

    #[test]
    fn all_are_dropped_where_the_destructor_of_one_panics() {
        struct Counted<'n>(usize, &'n std::cell::Cell<usize>);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.1.set(self.1.get() + 1);
                assert!(self.0 != 2, "on purpose");
            }
        }
        let dropped = std::cell::Cell::new(0);
        let mut seats = Seats::expecting(0);
        for input in 0..9 {
            seats.take(input, Counted(input, &dropped));
        }
        let cleared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| seats.clear()));
        assert!(cleared.is_err(), "the panic of 2 goes on");
        assert_eq!((dropped.get(), seats.taken), (9, 0));
    }

    #[test]
    fn futures_are_dropped_in_the_order_of_their_inputs() {
        struct Noted<'n>(usize, &'n std::cell::RefCell<Vec<usize>>);
        impl Drop for Noted<'_> {
            fn drop(&mut self) {
                self.1.borrow_mut().push(self.0);
            }
        }
        let dropped = std::cell::RefCell::default();
        let mut seats = Seats::expecting(0);
        for input in [4, 1, 6, 0, 2, 9] {
            seats.take(input, Noted(input, &dropped));
        }
        seats.leave(seats.at(2));
        seats.take(3, Noted(3, &dropped));
        drop(seats);
        assert_eq!(dropped.into_inner(), [6, 0, 1, 2, 3, 4, 9]);
    }
}
