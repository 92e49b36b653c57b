//! A line of items: a body that lends its handle, so that several yields may wait at once, first come, first served.
//!
//! # Invariant
//!
//! The producers are futures inside the body, polled or dropped while the generator polls or drops the body. There they may
//! stand on several threads at once (a scope of threads), so each holds the lock while it looks at `state`. The consumer is the
//! generator. It looks at `state` before and after it polls the body, when no producer can run: it needs no lock. Under the lock
//! nothing of a user's runs: no destructor, no waker.
//!
//! `consumer` points to the waker of the poll under way, for exactly as long as the body is polled.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::ptr;
use std::task::Waker;

use super::sync::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, UnsafeCell, spin_loop, yield_now};
use super::{Place, Stage};

/// The items under way, in order of arrival.
pub struct Line<T> {
    state: UnsafeCell<State<T>>,
    consumer: AtomicPtr<Waker>,
    /// Tickets below this one have been delivered or given back.
    settled: AtomicUsize,
    locked: AtomicBool,
    stage: Cell<Stage>,
}

struct State<T> {
    next_ticket: usize,
    /// An item that found nobody before it: the stream has taken it over.
    first: Option<Waiting<T>>,
    /// Those that came while others were there. The items are in here and not in their futures, so that a future that nobody polls
    /// any more does not hold up those behind it.
    behind: VecDeque<Waiting<T>>,
}

struct Waiting<T> {
    number: usize,
    item: T,
    /// Who polls the yield, if that is not the consumer itself: nobody else would tell it of the delivery.
    waker: Option<Waker>,
}

/// A place in the line.
#[derive(Clone, Copy, Debug)]
pub(in crate::generator) struct Ticket {
    number: usize,
    /// Whether the line holds a waker for it.
    has_waker: bool,
}

// SAFETY: what threads do with a shared line is to move items and wakers in and out (`T: Send`). Every access holds the lock, or
// is the consumer's, which is alone (see above). `stage` is the generator's own.
unsafe impl<T: Send> Sync for Line<T> {}

/// Holds the lock.
struct Locked<'a>(&'a AtomicBool);

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl<T> Line<T> {
    /// Looks at the state as one of several producers. Nothing of a user's may run or be dropped in `look`.
    fn locked<R>(&self, look: impl FnOnce(&mut State<T>) -> R) -> R {
        let mut tries = 0_u32;
        while self.locked.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            tries += 1;
            // It is held for a few moves of memory, unless its holder has lost the processor: then it gets ours.
            if tries % 32 == 0 { yield_now() } else { spin_loop() }
        }
        let _locked = Locked(&self.locked);
        // SAFETY: the lock keeps the other producers off, and the consumer keeps off while producers run.
        self.state.with_mut(|state| look(unsafe { &mut *state }))
    }

    /// The waker to be woken after the delivery. The consumer comes back for the next item by itself; the executor of this
    /// future may be another one, such as a `FuturesUnordered` in the body, that polls nothing it was not woken for.
    fn foreign(&self, waker: &Waker) -> Option<Waker> {
        let consumer = self.consumer.load(Ordering::Relaxed);
        // SAFETY: it is null, or the waker of a poll that is under way.
        let is_consumer = unsafe { consumer.as_ref() }.is_some_and(|consumer| consumer.will_wake(waker));
        (!is_consumer).then(|| waker.clone())
    }

    /// Puts an item at the end of the line. `waker` is that of the future that waits for the delivery.
    pub(in crate::generator) fn join(&self, item: T, waker: &Waker) -> Ticket {
        let waker = self.foreign(waker);
        let has_waker = waker.is_some();
        let number = self.locked(|state| {
            let number = state.next_ticket;
            state.next_ticket = number.wrapping_add(1);
            let waiting = Waiting { number, item, waker };
            if state.first.is_none() && state.behind.is_empty() {
                state.first = Some(waiting);
            } else {
                state.behind.push_back(waiting);
            }
            number
        });
        Ticket { number, has_waker }
    }

    /// Nothing once the item has been delivered. Until then `waker` is the one to be told.
    pub(in crate::generator) fn wait(&self, ticket: Ticket, waker: &Waker) -> Option<Ticket> {
        let Ticket { number, has_waker } = ticket;
        if is_before(number, self.settled.load(Ordering::Relaxed)) {
            return None;
        }
        let mut waker = self.foreign(waker);
        let ticket = Ticket { number, has_waker: waker.is_some() };
        if has_waker || ticket.has_waker {
            self.locked(|state| {
                if let Some(waiting) = state.find(number) {
                    std::mem::swap(&mut waiting.waker, &mut waker);
                }
            });
        }
        // The old waker is dropped here, without the lock.
        Some(ticket)
    }

    /// Takes an item back that the stream has not taken over.
    pub(in crate::generator) fn leave(&self, ticket: Ticket) -> Option<T> {
        if is_before(ticket.number, self.settled.load(Ordering::Relaxed)) {
            return None;
        }
        let left = self.locked(|state| {
            let place = state.place(ticket.number).ok()?;
            state.behind.remove(place)
        });
        left.map(|waiting| waiting.item)
    }
}

/// Whether one ticket was drawn before another. They may have wrapped around in between.
fn is_before(number: usize, other: usize) -> bool {
    (number.wrapping_sub(other) as isize) < 0
}

impl<T> State<T> {
    fn find(&mut self, number: usize) -> Option<&mut Waiting<T>> {
        if self.first.as_ref().is_some_and(|first| first.number == number) {
            return self.first.as_mut();
        }
        let place = self.place(number).ok()?;
        self.behind.get_mut(place)
    }

    /// Where among those behind a ticket is; they stand in the order of their numbers.
    fn place(&self, number: usize) -> Result<usize, usize> {
        self.behind.binary_search_by(|waiting| (waiting.number.wrapping_sub(number) as isize).cmp(&0))
    }
}

// SAFETY: an item is given out by moving it out of the state.
unsafe impl<T> Place<T> for Line<T> {
    fn new() -> Self {
        let state = State { next_ticket: 0, first: None, behind: VecDeque::new() };
        Self {
            state: UnsafeCell::new(state),
            consumer: AtomicPtr::new(ptr::null_mut()),
            settled: AtomicUsize::new(0),
            locked: AtomicBool::new(false),
            stage: Cell::new(Stage::Fresh),
        }
    }

    #[inline]
    fn stage(&self) -> &Cell<Stage> {
        &self.stage
    }

    #[inline]
    unsafe fn begin(&self, waker: &Waker) {
        self.consumer.store(ptr::from_ref(waker).cast_mut(), Ordering::Relaxed);
    }

    #[inline]
    unsafe fn end(&self) {
        self.consumer.store(ptr::null_mut(), Ordering::Relaxed);
    }

    #[inline]
    unsafe fn take(&self) -> Option<T> {
        let next = self.state.with_mut(|state| {
            // SAFETY: the caller is the consumer, and no producer runs.
            let state = unsafe { &mut *state };
            state.first.take().or_else(|| state.behind.pop_front())
        });
        let Waiting { number, item, waker } = next?;
        self.settled.store(number.wrapping_add(1), Ordering::Relaxed);
        if let Some(waker) = waker {
            waker.wake();
        }
        Some(item)
    }
}

impl<T> fmt::Debug for Line<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}
