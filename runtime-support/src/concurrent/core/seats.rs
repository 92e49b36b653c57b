//! Where children sit: memory that grows without moving what is in it.
//!
//! # Invariant
//!
//! A seat never moves: chunks are allocated once and freed with the [`Seats`] that own them, and pointers to seats stay within
//! them. A future in a seat is only polled in place and dropped in place, so it may be pinned. Every access goes through the
//! owner's `&mut`. Free seats stand in the list that `free` begins; none of them holds a future, but for the first while it is on
//! offer.

#![allow(unsafe_code, reason = "the gather core: pinned children without an allocation for each")]

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// The size of the first chunk, and of the large ones; those in between double what is there.
const FIRST: usize = 4;
const LARGEST: usize = 64;

pub(super) struct Seats<F> {
    /// Apart from the others, as most have no more.
    first: Option<Chunk<F>>,
    others: Vec<Chunk<F>>,
    count: usize,
    free: Option<At<F>>,
    owned: PhantomData<Seat<F>>,
}

// SAFETY: the pointers are to seats that these own.
unsafe impl<F: Send> Send for Seats<F> {}
// SAFETY: the same; by `&` nothing is reached.
unsafe impl<F: Sync> Sync for Seats<F> {}

type Chunk<F> = NonNull<[Seat<F>]>;

struct Seat<F> {
    number: usize,
    input: usize,
    future: Option<F>,
    next_free: Option<At<F>>,
}

/// A seat, of the `Seats` that gave this.
pub(super) struct At<F>(NonNull<Seat<F>>);

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
    pub(super) const fn new() -> Self {
        Self { first: None, others: Vec::new(), count: 0, free: None, owned: PhantomData }
    }

    /// Puts a future into the free seat that is next, or into a new one. The seat is not taken yet: the next future gets it too,
    /// unless [`keep`](Self::keep) follows.
    #[inline]
    pub(super) fn offer(&mut self, future: F) -> At<F> {
        let at = match self.free {
            Some(at) => at,
            None => self.grow(),
        };
        // SAFETY: our seat, by `&mut`.
        unsafe { &mut *at.0.as_ptr() }.future = Some(future);
        at
    }

    /// Takes the seat that was just offered.
    #[inline]
    pub(super) fn keep(&mut self, at: At<F>, input: usize) {
        debug_assert!(self.free.is_some_and(|free| free.0 == at.0), "the seat is not the one that was offered");
        // SAFETY: our seat, by `&mut`.
        let seat = unsafe { &mut *at.0.as_ptr() };
        seat.input = input;
        self.free = seat.next_free.take();
    }

    /// Polls the future in a seat that was offered. With its output it is gone.
    #[inline]
    pub(super) fn poll_offered(&mut self, at: At<F>, cx: &mut Context<'_>) -> Option<F::Output>
    where
        F: Future,
    {
        let output = self.poll_in_place(at, cx)?;
        // SAFETY: our seat, by `&mut`.
        unsafe { &mut *at.0.as_ptr() }.future = None;
        Some(output)
    }

    /// A new chunk, whose first seat is the next one.
    #[cold]
    fn grow(&mut self) -> At<F> {
        let size = if self.count == 0 { FIRST } else { self.count.min(LARGEST) };
        let number = self.count;
        let chunk: Box<[Seat<F>]> =
            (number..number + size).map(|number| Seat { number, input: 0, future: None, next_free: None }).collect();
        let chunk = NonNull::from(Box::leak(chunk));
        if number == 0 {
            self.first = Some(chunk);
        } else {
            self.others.push(chunk);
        }
        self.count += size;
        for number in (number..self.count).rev() {
            let at = self.at(number);
            // SAFETY: our seat, by `&mut`.
            unsafe { (*at.0.as_ptr()).next_free = self.free.replace(at) };
        }
        self.at(number)
    }

    /// # Panics
    /// If there is no such seat.
    #[inline]
    pub(super) fn at(&self, number: usize) -> At<F> {
        let (chunk, place) = place(number);
        let chunk = match chunk.checked_sub(1) {
            None => self.first.expect("there is a seat"),
            Some(other) => self.others[other],
        };
        assert!(place < chunk.len());
        // SAFETY: within the chunk.
        At(unsafe { chunk.cast::<Seat<F>>().add(place) })
    }

    #[inline]
    pub(super) fn number(&self, at: At<F>) -> usize {
        // SAFETY: our seat, and nobody changes it meanwhile.
        unsafe { at.0.as_ref() }.number
    }

    /// Drops a future in its place, and gives the seat free.
    #[inline]
    fn leave(&mut self, at: At<F>) {
        // SAFETY: our seat, by `&mut`.
        let seat = unsafe { &mut *at.0.as_ptr() };
        // First: the seat of one whose destructor panics is not used again.
        seat.future = None;
        seat.next_free = self.free.replace(at);
    }

    /// Drops every future, in the order of their inputs.
    pub(super) fn clear(&mut self) {
        let seats = (0..self.count).map(|number| self.at(number));
        let mut taken: Vec<(usize, At<F>)> = seats
            .filter_map(|at| {
                // SAFETY: our seat, by `&mut`.
                let seat = unsafe { at.0.as_ref() };
                seat.future.is_some().then_some((seat.input, at))
            })
            .collect();
        taken.sort_unstable_by_key(|(input, _)| *input);
        for (_, at) in taken {
            self.leave(at);
        }
    }
}

impl<F: Future> Seats<F> {
    /// Polls the future in a seat, if there is one. With its output it is gone, and the seat is free.
    #[inline]
    pub(super) fn poll(&mut self, at: At<F>, cx: &mut Context<'_>) -> Option<(usize, F::Output)> {
        let output = self.poll_in_place(at, cx)?;
        // SAFETY: our seat, and nobody changes it meanwhile.
        let input = unsafe { at.0.as_ref() }.input;
        self.leave(at);
        Some((input, output))
    }

    #[inline]
    fn poll_in_place(&mut self, at: At<F>, cx: &mut Context<'_>) -> Option<F::Output> {
        // SAFETY: our seat, by `&mut`.
        let seat = unsafe { &mut *at.0.as_ptr() };
        // SAFETY: what is in a seat is pinned (see above).
        let future = unsafe { Pin::new_unchecked(seat.future.as_mut()?) };
        match future.poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }
}

impl<F> Drop for Seats<F> {
    fn drop(&mut self) {
        for chunk in self.first.into_iter().chain(self.others.drain(..)) {
            // SAFETY: made by `Box::leak`; nobody has a pointer to it any more.
            drop(unsafe { Box::from_raw(chunk.as_ptr()) });
        }
    }
}

/// The chunk of a seat, and its place there: 4, 4, 8, 16, 32, 64, 64, .. seats.
#[inline]
fn place(number: usize) -> (usize, usize) {
    if number >= LARGEST {
        let doublings = (LARGEST / FIRST).ilog2() as usize;
        return (doublings + number / LARGEST, number % LARGEST);
    }
    match number.checked_ilog2() {
        Some(power) if number >= FIRST => ((power - FIRST.ilog2() + 1) as usize, number - (1 << power)),
        _ => (0, number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_fill_their_chunks_one_after_the_other() {
        let mut seats = Seats::new();
        for input in 0..1000 {
            let at = seats.offer(());
            seats.keep(at, input);
            assert_eq!(seats.number(at), input);
        }
        let sizes: Vec<usize> = seats.first.iter().chain(&seats.others).map(|chunk| chunk.len()).collect();
        assert_eq!(sizes[..7], [4, 4, 8, 16, 32, 64, 64]);
        assert_eq!(sizes.iter().sum::<usize>(), 1024);
        for number in 0..1000 {
            assert_eq!(seats.number(seats.at(number)), number);
        }
    }
}
