//! Futures that wait for a gate each, and what opens the gates.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Gates that open one after the other, each with a future that waits for it.
pub(super) struct Gates {
    gates: Vec<Gate>,
    /// The order in which they open: always the same, and far from that of the futures.
    order: Vec<usize>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct Gate {
    is_open: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

/// Whether the driver has been asked to poll again.
#[derive(Default)]
pub(super) struct Woken(pub(super) AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl Gates {
    pub(super) fn new(count: u64) -> Self {
        let gates: Vec<Gate> = (0..count).map(|_| Gate::default()).collect();
        let order = shuffled(gates.len());
        Self { gates, order, woken: Arc::default() }
    }

    pub(super) fn wait(&self, number: u64) -> Waiting<'_> {
        Waiting { gate: &self.gates[number as usize], number }
    }

    /// Polls `future` as an executor would, when it has asked for it, and opens a gate whenever it stands still.
    pub(super) fn open_one_by_one<F: Future>(&self, future: F) -> F::Output {
        for gate in &self.gates {
            gate.is_open.set(false);
        }
        let waker = Waker::from(self.woken.clone());
        let mut cx = Context::from_waker(&waker);
        let mut future = pin!(future);
        self.woken.wake_by_ref();
        for index in &self.order {
            while self.woken.0.swap(false, Ordering::Acquire) {
                assert!(future.as_mut().poll(&mut cx).is_pending(), "ready while a gate is closed");
            }
            self.gates[*index].open();
        }
        while self.woken.0.swap(false, Ordering::Acquire) {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
        }
        panic!("all gates are open, and nobody was woken")
    }
}

impl Gate {
    fn open(&self) {
        self.is_open.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }
}

pub(super) struct Waiting<'g> {
    gate: &'g Gate,
    number: u64,
}

impl Future for Waiting<'_> {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        if self.gate.is_open.get() {
            return Poll::Ready(self.number);
        }
        self.gate.waiting.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}

/// The numbers below `count`, each at a place chosen by a small generator of random numbers (Fisher and Yates's shuffle).
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for last in (1..count).rev() {
        // xorshift64.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_loses_nothing_and_leaves_little_in_place() {
        let order = shuffled(1000);
        assert!(order.iter().enumerate().filter(|(place, number)| place == *number).count() < 10);
        let mut sorted = order;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000));
    }

    #[test]
    fn the_driver_polls_only_when_woken() {
        let gates = Gates::new(3);
        let polls = Cell::new(0);
        let mut all = pin!(futures::future::join_all((0..3).map(|number| gates.wait(number))));
        let counted = std::future::poll_fn(|cx| {
            polls.set(polls.get() + 1);
            all.as_mut().poll(cx)
        });
        assert_eq!(gates.open_one_by_one(counted), [0, 1, 2]);
        assert_eq!(polls.get(), 4);
    }
}
