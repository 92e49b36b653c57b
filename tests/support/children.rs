//! Futures that a test holds in its hand: when they are ready, who is woken, how often they were polled.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts.
#[derive(Debug, Default)]
pub struct Wakes(AtomicUsize);

impl Wakes {
    /// A new count and its waker.
    pub fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (Arc::clone(&wakes), Waker::from(wakes))
    }

    /// How often the waker was called since the last time.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls once.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

#[derive(Debug, Default)]
struct Cell {
    ready: AtomicBool,
    polls: AtomicUsize,
    waker: Mutex<Option<Waker>>,
}

/// What happened to the children of a [`Board`].
#[derive(Debug, Default)]
struct Log {
    polled: Vec<usize>,
    dropped: Vec<usize>,
}

/// Children, each with its number, and the switches to finish and wake them.
#[derive(Clone, Debug)]
pub struct Board {
    cells: Arc<[Cell]>,
    log: Arc<Mutex<Log>>,
}

impl Board {
    /// A board for `size` children.
    pub fn new(size: usize) -> Self {
        Self { cells: (0..size).map(|_| Cell::default()).collect(), log: Arc::default() }
    }

    /// The child of this number, which is also its output.
    pub fn child(&self, number: usize) -> Child {
        Child { board: self.clone(), number }
    }

    /// Makes the child ready without waking it.
    pub fn ready(&self, number: usize) {
        self.cells[number].ready.store(true, Ordering::SeqCst);
    }

    /// Wakes the child by the waker it was last polled with, which stays.
    pub fn wake(&self, number: usize) {
        let waker = self.cells[number].waker.lock().unwrap().clone();
        waker.expect("the child was polled").wake();
    }

    /// Makes the child ready and wakes it.
    pub fn finish(&self, number: usize) {
        self.ready(number);
        self.wake(number);
    }

    /// How often the child was polled.
    pub fn polls(&self, number: usize) -> usize {
        self.cells[number].polls.load(Ordering::SeqCst)
    }

    /// How often all of them were polled.
    pub fn all_polls(&self) -> usize {
        (0..self.cells.len()).map(|number| self.polls(number)).sum()
    }

    /// Who was polled since the last time, in order.
    pub fn take_polled(&self) -> Vec<usize> {
        std::mem::take(&mut self.log.lock().unwrap().polled)
    }

    /// Who was dropped so far, in order.
    pub fn dropped(&self) -> Vec<usize> {
        self.log.lock().unwrap().dropped.clone()
    }
}

/// See [`Board::child`].
#[derive(Debug)]
pub struct Child {
    board: Board,
    number: usize,
}

impl Future for Child {
    type Output = usize;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<usize> {
        let cell = &self.board.cells[self.number];
        *cell.waker.lock().unwrap() = Some(cx.waker().clone());
        self.board.log.lock().unwrap().polled.push(self.number);
        // Last: who sees that the child was polled finds its waker.
        cell.polls.fetch_add(1, Ordering::SeqCst);
        if cell.ready.load(Ordering::SeqCst) { Poll::Ready(self.number) } else { Poll::Pending }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.board.log.lock().unwrap().dropped.push(self.number);
    }
}
