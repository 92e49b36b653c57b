//! So many at once.

use std::task::Waker;

use super::core::{Joined, Left, Look};
use super::limiter::LimiterMetrics;
use super::line::{Line, Standing, Wakers};
use super::sync::{AtomicI64, AtomicUsize, Mutex, Ordering, locked};

/// Somebody waits: whoever gives back goes through the line, and nobody else takes.
const WAITED_FOR: i64 = 1;

/// One permit, in the word.
const ONE: i64 = 2;

#[derive(Debug)]
pub(super) struct Count {
    /// What is free, times [`ONE`], and the flag [`WAITED_FOR`]. Below zero after a [`resize`](Self::resize) to less than is in use.
    ///
    /// While the flag is set the word changes under the lock only, and the flag itself changes there only.
    word: AtomicI64,
    line: Mutex<Line>,
    /// Changes under the lock only.
    limit: AtomicUsize,
}

/// A weight in the word. Nothing above 2^61 gets here.
#[inline]
#[allow(clippy::cast_possible_wrap, reason = "see above")]
const fn worth(weight: usize) -> i64 {
    weight as i64 * ONE
}

impl Count {
    /// So many at most.
    pub(super) const MOST: usize = usize::MAX >> 3;

    pub(super) fn new(limit: usize) -> Self {
        Self { word: AtomicI64::new(worth(limit)), line: Mutex::new(Line::new()), limit: AtomicUsize::new(limit) }
    }

    #[inline]
    pub(super) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Takes so many permits if they are free and nobody waits for any.
    #[inline]
    pub(super) fn try_take(&self, weight: usize) -> bool {
        weight <= Self::MOST && self.take(worth(weight))
    }

    #[inline]
    fn take(&self, worth: i64) -> bool {
        let mut word = self.word.load(Ordering::Relaxed);
        // With the flag alone, a word is odd and never above the worth by more than that.
        while word & WAITED_FOR == 0 && word >= worth {
            match self.word.compare_exchange_weak(word, word - worth, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Gives them back.
    #[inline]
    pub(super) fn give_back(&self, weight: usize) {
        if !self.put(worth(weight)) {
            self.hand_over(worth(weight));
        }
    }

    /// Whether nobody waits for them, and they are back.
    #[inline]
    fn put(&self, worth: i64) -> bool {
        let mut word = self.word.load(Ordering::Relaxed);
        while word & WAITED_FOR == 0 {
            match self.word.compare_exchange_weak(word, word + worth, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    fn hand_over(&self, worth: i64) {
        let mut line = locked(&self.line);
        // The line may have emptied by now.
        if self.put(worth) {
            return;
        }
        let mut wakers = Wakers::default();
        self.grant(&mut line, worth, &mut wakers);
        drop(line);
        wakers.wake();
    }

    /// Lets in from the front whoever fits, with so much more, and takes the flag down behind the last one.
    ///
    /// The flag is up: nobody else changes the word, so it need not be changed step by step.
    #[inline]
    fn grant(&self, line: &mut Line, more: i64, wakers: &mut Wakers) {
        let mut free = self.word.load(Ordering::Acquire) - WAITED_FOR + more;
        let flag = loop {
            let Some((_, weight)) = line.first() else { break 0 };
            if free < worth(weight) {
                break WAITED_FOR;
            }
            free -= worth(weight);
            wakers.extend(line.grant_first());
        };
        self.word.store(free | flag, Ordering::Release);
    }

    /// The same, where the flag may be down.
    fn grant_if_waited_for(&self, line: &mut Line, more: i64, wakers: &mut Wakers) {
        if !self.put(more) {
            self.grant(line, more, wakers);
        }
    }

    /// Stands in the line, unless there is room at once.
    pub(super) fn join(&self, weight: usize, max_waiting: usize, waker: Waker) -> Joined {
        let mut line = locked(&self.line);
        if weight > self.limit() {
            return Joined::TooHeavy;
        }
        loop {
            if self.take(worth(weight)) {
                return Joined::Taken;
            }
            if line.len() >= max_waiting {
                return Joined::Full { waiting: line.len() };
            }
            let word = self.word.load(Ordering::Relaxed);
            // The flag goes up only over too little, which stays so from then on.
            let is_up = word & WAITED_FOR != 0
                || word < worth(weight)
                    && self.word.compare_exchange(word, word | WAITED_FOR, Ordering::AcqRel, Ordering::Relaxed).is_ok();
            if is_up {
                break;
            }
        }
        Joined::Waits(line.join(weight, waker))
    }

    /// How it stands with a waiter. One that is out of the line has no place any more.
    #[inline]
    pub(super) fn look(&self, at: u32, waker: &Waker) -> Look {
        let mut line = locked(&self.line);
        let look = match line.standing(at) {
            Standing::Granted => Look::Granted,
            Standing::TooHeavy => Look::TooHeavy,
            _ if line.will_wake(at, waker) => return Look::Waiting { until: None },
            _ => {
                drop(line);
                return self.look_again(at, waker);
            }
        };
        line.leave(at);
        look
    }

    /// Another task looks than before. Its waker is cloned outside of the lock.
    #[cold]
    fn look_again(&self, at: u32, waker: &Waker) -> Look {
        let waker = waker.clone();
        let mut line = locked(&self.line);
        let look = match line.standing(at) {
            Standing::Granted => Look::Granted,
            Standing::TooHeavy => Look::TooHeavy,
            _ => {
                let old = line.set_waker(at, waker);
                drop(line);
                drop(old);
                return Look::Waiting { until: None };
            }
        };
        line.leave(at);
        drop(line);
        look
    }

    /// A waiter leaves, and says whether it had been granted what it came for: that is its own then.
    pub(super) fn give_up(&self, at: u32) -> Left {
        let mut line = locked(&self.line);
        let (standing, _, waker) = line.leave(at);
        // Those behind a heavy one may fit.
        let mut wakers = Wakers::default();
        self.grant_if_waited_for(&mut line, 0, &mut wakers);
        let waiting = line.len();
        drop(line);
        drop(waker);
        wakers.wake();
        if standing == Standing::Granted { Left::Granted } else { Left::Waiting { waiting } }
    }

    pub(super) fn resize(&self, limit: usize) {
        let mut line = locked(&self.line);
        let old = self.limit();
        self.limit.store(limit, Ordering::Relaxed);
        let mut refused = Wakers::default();
        if limit < old {
            line.refuse_above(limit, &mut refused);
        }
        let mut granted = Wakers::default();
        self.grant_if_waited_for(&mut line, worth(limit) - worth(old), &mut granted);
        drop(line);
        refused.wake();
        granted.wake();
    }

    pub(super) fn waiting(&self) -> usize {
        locked(&self.line).len()
    }

    /// How many could be taken now.
    pub(super) fn available(&self) -> usize {
        let word = self.word.load(Ordering::Relaxed);
        if word & WAITED_FOR == 0 { usize::try_from(word / ONE).unwrap_or(0) } else { 0 }
    }

    pub(super) fn metrics(&self) -> LimiterMetrics {
        let line = locked(&self.line);
        let (limit, waiting) = (self.limit(), line.len());
        let in_use = worth(limit) - (self.word.load(Ordering::Acquire) & !WAITED_FOR);
        LimiterMetrics { in_use: usize::try_from(in_use / ONE).unwrap_or(0), waiting, limit }
    }

    #[cfg(all(test, not(weftwork_loom)))]
    pub(super) fn room(&self) -> usize {
        locked(&self.line).room()
    }
}
