//! Those who wait, in order.
//!
//! Their places are numbers in one table, linked both ways, so that a waiter that leaves costs the same wherever it stands. The
//! table gives back its end as soon as nobody stands there.

use std::mem::take;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::Waker;

/// A table with room for so many is not worth giving back.
const FEW: usize = 64;

const NOBODY: u32 = u32::MAX;

/// How it stands with a waiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody has this place.
    Free,
    Waiting,
    /// Out of the line, and has what it came for.
    Granted,
    /// Out of the line: what it wants became more than there is.
    TooHeavy,
}

#[derive(Debug)]
struct Place {
    standing: Standing,
    weight: usize,
    waker: Option<Waker>,
    before: u32,
    behind: u32,
}

/// Some of the places, in order.
#[derive(Clone, Copy, Debug)]
struct Chain {
    first: u32,
    last: u32,
}

impl Chain {
    const EMPTY: Self = Self { first: NOBODY, last: NOBODY };

    #[inline]
    fn push(&mut self, places: &mut [Place], at: u32) {
        let last = self.last;
        let place = &mut places[at as usize];
        (place.before, place.behind) = (last, NOBODY);
        match places.get_mut(last as usize) {
            Some(last) => last.behind = at,
            None => self.first = at,
        }
        self.last = at;
    }

    #[inline]
    fn remove(&mut self, places: &mut [Place], at: u32) {
        let Place { before, behind, .. } = places[at as usize];
        match places.get_mut(before as usize) {
            Some(before) => before.behind = behind,
            None => self.first = behind,
        }
        match places.get_mut(behind as usize) {
            Some(behind) => behind.before = before,
            None => self.last = before,
        }
    }
}

#[derive(Debug)]
pub(super) struct Line {
    places: Vec<Place>,
    waiting: Chain,
    free: Chain,
    len: usize,
    /// Of all who wait.
    weight: u128,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), waiting: Chain::EMPTY, free: Chain::EMPTY, len: 0, weight: 0 }
    }

    /// How many wait.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What all who wait want.
    pub(super) fn weight(&self) -> u128 {
        self.weight
    }

    /// Stands at the back. The place is the waiter's own until it [`leave`](Self::leave)s.
    pub(super) fn join(&mut self, weight: usize, waker: Waker) -> u32 {
        let place = Place { standing: Standing::Waiting, weight, waker: Some(waker), before: NOBODY, behind: NOBODY };
        let mut at = self.free.first;
        if at == NOBODY {
            at = u32::try_from(self.places.len()).unwrap_or(NOBODY);
            assert!(at != NOBODY, "a line of four thousand million");
            self.places.push(place);
        } else {
            self.free.remove(&mut self.places, at);
            self.places[at as usize] = place;
        }
        self.waiting.push(&mut self.places, at);
        self.len += 1;
        self.weight += weight as u128;
        at
    }

    #[inline]
    pub(super) fn standing(&self, at: u32) -> Standing {
        self.places[at as usize].standing
    }

    /// Who is first, and what it wants.
    #[inline]
    pub(super) fn first(&self) -> Option<(u32, usize)> {
        let first = self.places.get(self.waiting.first as usize)?;
        Some((self.waiting.first, first.weight))
    }

    /// The waker of the first one, to let it look.
    pub(super) fn rouse_first(&mut self) -> Option<Waker> {
        self.places.get_mut(self.waiting.first as usize)?.waker.take()
    }

    /// The first one is out of the line, with what it came for.
    #[inline]
    pub(super) fn grant_first(&mut self) -> Option<Waker> {
        let first = self.waiting.first;
        (first != NOBODY).then(|| self.settle(first, Standing::Granted)).flatten()
    }

    /// Those who want more than this are out of the line.
    pub(super) fn refuse_above(&mut self, most: usize, wakers: &mut Wakers) {
        let mut at = self.waiting.first;
        while let Some(place) = self.places.get(at as usize) {
            let (weight, behind) = (place.weight, place.behind);
            if weight > most {
                wakers.extend(self.settle(at, Standing::TooHeavy));
            }
            at = behind;
        }
    }

    #[inline]
    fn settle(&mut self, at: u32, standing: Standing) -> Option<Waker> {
        self.waiting.remove(&mut self.places, at);
        let place = &mut self.places[at as usize];
        place.standing = standing;
        self.len -= 1;
        self.weight -= place.weight as u128;
        place.waker.take()
    }

    /// Whom to wake at this place; what was there before is for the caller to drop.
    pub(super) fn set_waker(&mut self, at: u32, waker: Waker) -> Option<Waker> {
        self.places[at as usize].waker.replace(waker)
    }

    #[inline]
    pub(super) fn will_wake(&self, at: u32, waker: &Waker) -> bool {
        self.places[at as usize].waker.as_ref().is_some_and(|own| own.will_wake(waker))
    }

    /// Gives the place up. Its waker is for the caller to drop.
    #[inline]
    pub(super) fn leave(&mut self, at: u32) -> (Standing, usize, Option<Waker>) {
        let Place { standing, weight, .. } = self.places[at as usize];
        let waker =
            if standing == Standing::Waiting { self.settle(at, Standing::Free) } else { self.places[at as usize].waker.take() };
        self.places[at as usize].standing = Standing::Free;
        self.free.push(&mut self.places, at);
        if self.places.capacity() > FEW {
            self.shrink();
        }
        (standing, weight, waker)
    }

    #[cold]
    fn shrink(&mut self) {
        while self.places.len() > FEW && self.places.last().is_some_and(|last| last.standing == Standing::Free) {
            // It is below `u32::MAX`, as every place is.
            #[allow(clippy::cast_possible_truncation, reason = "see above")]
            let last = (self.places.len() - 1) as u32;
            self.free.remove(&mut self.places, last);
            self.places.pop();
        }
        if self.places.capacity() > 4 * self.places.len().max(FEW) {
            self.places.shrink_to(2 * self.places.len().max(FEW));
        }
    }

    /// How many places the table has room for.
    #[cfg(all(test, not(weftwork_loom)))]
    pub(super) fn room(&self) -> usize {
        self.places.capacity()
    }
}

/// Whom to wake once the lock is given back. Mostly that is one at most.
///
/// It is filled where it stands, since moving it waits for what was just written.
#[derive(Debug, Default)]
pub(super) struct Wakers {
    first: Option<Waker>,
    rest: Vec<Waker>,
}

impl Wakers {
    #[inline]
    pub(super) fn extend(&mut self, waker: Option<Waker>) {
        if self.first.is_none() {
            self.first = waker;
        } else {
            self.rest.extend(waker);
        }
    }

    #[inline]
    pub(super) fn wake(&mut self) {
        if let Some(first) = self.first.take() {
            if self.rest.is_empty() {
                first.wake();
            } else {
                self.wake_all(first);
            }
        }
    }

    /// One that panics does not keep the others asleep.
    #[cold]
    fn wake_all(&mut self, first: Waker) {
        let all = std::iter::once(first).chain(take(&mut self.rest));
        let mut panicked = None;
        for waker in all {
            panicked = catch_unwind(AssertUnwindSafe(|| waker.wake())).err().or(panicked);
        }
        if let Some(payload) = panicked {
            resume_unwind(payload);
        }
    }
}
