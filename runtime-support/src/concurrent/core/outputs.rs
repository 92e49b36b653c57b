//! Outputs in the order of the input, whenever they come, in the memory in which they are handed out.
//!
//! # Invariant
//!
//! As long as `is_mixed` is false all places are initialised. From then on those are whose bit in `filled` is set, and it has a bit for
//! each place. `missing` are not.

#![allow(unsafe_code, reason = "the gather core: outputs that come out of order need no `Option` each")]

use std::mem::{ManuallyDrop, MaybeUninit, needs_drop, replace, take};

/// Places of a word of `filled`.
const BITS: usize = u64::BITS as usize;

/// What somebody expects is not worth more memory than this, in bytes.
const TRUST: usize = 1 << 20;

/// Outputs of futures, some of which are still to come.
#[derive(Debug)]
pub(in crate::concurrent) struct Outputs<T> {
    places: Vec<MaybeUninit<T>>,
    /// Whether there was one that was not ready when it was started.
    is_mixed: bool,
    filled: Vec<u64>,
    missing: usize,
    /// How many to have memory for.
    expected: usize,
}

impl<T> Outputs<T> {
    /// `expected` is how many will come at least.
    pub(in crate::concurrent) const fn new(expected: usize) -> Self {
        Self { places: Vec::new(), is_mixed: false, filled: Vec::new(), missing: 0, expected }
    }

    #[inline]
    pub(in crate::concurrent) fn count(&self) -> usize {
        self.places.len()
    }

    /// One that was ready when it was started, as all before it.
    #[inline]
    pub(in crate::concurrent) fn push_first(&mut self, output: T) {
        debug_assert!(!self.is_mixed, "one before it was pending");
        if self.places.len() == self.places.capacity() {
            self.grow();
        }
        self.places.push(MaybeUninit::new(output));
    }

    /// One that was ready when it was started.
    #[inline]
    pub(in crate::concurrent) fn push(&mut self, output: T) {
        if !self.is_mixed {
            return self.push_first(output);
        }
        let place = self.push_place();
        self.places[place].write(output);
        self.filled[place / BITS] |= bit(place);
    }

    /// One that comes later.
    #[inline]
    pub(in crate::concurrent) fn push_pending(&mut self) {
        if !self.is_mixed {
            self.begin_to_mix();
        }
        self.push_place();
        self.missing += 1;
    }

    /// From now on some are missing.
    #[cold]
    fn begin_to_mix(&mut self) {
        let ready = self.places.len();
        self.filled.reserve(self.trusted().max(ready + 1).div_ceil(BITS));
        self.filled.resize(ready / BITS, u64::MAX);
        if ready % BITS > 0 {
            self.filled.push(bit(ready) - 1);
        }
        self.is_mixed = true;
    }

    /// An empty place.
    #[inline]
    fn push_place(&mut self) -> usize {
        if self.places.len() == self.places.capacity() {
            self.grow();
        }
        let place = self.places.len();
        // First, so that there is a bit for each place.
        if place % BITS == 0 {
            self.filled.push(0);
        }
        self.places.push(MaybeUninit::uninit());
        place
    }

    #[cold]
    fn grow(&mut self) {
        if self.places.capacity() == 0 {
            self.places = Vec::with_capacity(self.trusted().max(1));
        } else {
            self.places.reserve(1);
        }
    }

    fn trusted(&self) -> usize {
        self.expected.min(TRUST / size_of::<T>().max(1))
    }

    /// One that has come.
    ///
    /// # Panics
    /// If it is there already.
    #[inline]
    pub(in crate::concurrent) fn set(&mut self, input: usize, output: T) {
        let word = &mut self.filled[input / BITS];
        assert!(*word & bit(input) == 0, "an output comes once");
        self.places[input].write(output);
        *word |= bit(input);
        self.missing -= 1;
    }

    fn is_filled(&self, place: usize) -> bool {
        !self.is_mixed || self.filled[place / BITS] & bit(place) != 0
    }

    /// All of them.
    ///
    /// # Panics
    /// If one is missing.
    pub(in crate::concurrent) fn take(&mut self) -> Vec<T> {
        assert!(self.missing == 0, "a future that has ended has its output");
        self.is_mixed = false;
        self.filled.clear();
        let mut places = ManuallyDrop::new(take(&mut self.places));
        // SAFETY: all places are initialised, and these are the parts of a vector of places, which have the layout of outputs.
        unsafe { Vec::from_raw_parts(places.as_mut_ptr().cast(), places.len(), places.capacity()) }
    }

    /// Drops what has come.
    pub(in crate::concurrent) fn clear(&mut self) {
        if !needs_drop::<T>() {
            self.places.clear();
            self.filled.clear();
            (self.is_mixed, self.missing) = (false, 0);
            return;
        }
        let gone = Self::new(self.expected);
        let mut left = Left { outputs: ManuallyDrop::new(replace(self, gone)), next: 0 };
        left.drop_all();
    }
}

impl<T> Drop for Outputs<T> {
    #[inline]
    fn drop(&mut self) {
        if needs_drop::<T>() {
            self.clear();
        }
    }
}

/// A place's bit in its word.
const fn bit(place: usize) -> u64 {
    1 << (place % BITS)
}

/// Outputs that are dropped one after the other, also where the destructor of one panics.
struct Left<T> {
    outputs: ManuallyDrop<Outputs<T>>,
    next: usize,
}

impl<T> Left<T> {
    fn drop_all(&mut self) {
        while let Some(place) = self.outputs.places.get_mut(self.next) {
            let place: *mut MaybeUninit<T> = place;
            let is_filled = self.outputs.is_filled(self.next);
            self.next += 1;
            if is_filled {
                // SAFETY: initialised, and as `next` has gone on nobody drops it again.
                unsafe { (*place).assume_init_drop() };
            }
        }
    }
}

impl<T> Drop for Left<T> {
    fn drop(&mut self) {
        self.drop_all();
        // The memory alone: no output is left in it.
        drop(take(&mut self.outputs.places));
        drop(take(&mut self.outputs.filled));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[derive(Debug)]
    struct Noted<'n>(usize, &'n RefCell<Vec<usize>>);

    impl Drop for Noted<'_> {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0);
            assert!(self.0 != 99, "on purpose");
        }
    }

    #[test]
    fn outputs_come_out_in_the_order_of_the_input() {
        for expected in [0, 3, 1000, usize::MAX] {
            let mut outputs = Outputs::new(expected);
            (0..70).for_each(|n| outputs.push_first(n.to_string()));
            for n in 70..300 {
                if n % 3 == 0 { outputs.push(n.to_string()) } else { outputs.push_pending() }
            }
            assert_eq!(outputs.count(), 300);
            (70..300).rev().filter(|n| n % 3 != 0).for_each(|n| outputs.set(n, n.to_string()));
            assert!(outputs.take().into_iter().eq((0..300).map(|n| n.to_string())));
            assert_eq!(outputs.count(), 0);
            outputs.push_first("again".into());
            assert_eq!(outputs.take(), ["again"]);
        }
    }

    #[test]
    fn what_has_come_is_dropped_once_and_in_order() {
        let dropped = RefCell::default();
        let mut outputs = Outputs::new(0);
        (0..3).for_each(|n| outputs.push_first(Noted(n, &dropped)));
        (3..100).for_each(|_| outputs.push_pending());
        outputs.push(Noted(100, &dropped));
        outputs.set(99, Noted(99, &dropped));
        outputs.set(64, Noted(64, &dropped));
        assert!(catch_unwind(AssertUnwindSafe(|| outputs.clear())).is_err(), "the panic of 99 goes on");
        assert_eq!(dropped.take(), [0, 1, 2, 64, 99, 100]);
        outputs.push_first(Noted(7, &dropped));
        drop(outputs);
        assert_eq!(dropped.take(), [7]);
    }

    #[test]
    #[should_panic(expected = "an output comes once")]
    fn an_output_comes_once() {
        let mut outputs = Outputs::new(0);
        outputs.push_pending();
        outputs.set(0, 1);
        outputs.set(0, 2);
    }

    #[test]
    #[should_panic(expected = "has its output")]
    fn none_is_missing() {
        let mut outputs = Outputs::<u8>::new(0);
        outputs.push_pending();
        outputs.take();
    }
}
