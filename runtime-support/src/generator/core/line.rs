//! A line of items: a body that lends its handle, so that several yields may wait at once, first come, first served.
//!
//! # Invariant
//!
//! The items wait in their futures, the [`Emit`]s, which the line strings together. An emit in the line is pinned, and takes
//! itself out when it is dropped; until then its memory stays what it is, even if it is forgotten.
//!
//! The producers are the emits, polled or dropped while the generator starts, polls or drops the body that they are part of. There they
//! may stand on several threads at once (a scope of threads). The consumer is the generator. It comes before and after it polls
//! the body, when no producer can run, so it needs no lock. Hence:
//!
//! - the queue, and the links of all nodes, belong to whoever holds the lock, or to the consumer;
//! - the state of a node belongs to its own emit (by `&mut`), or to the consumer.
//!
//! Under the lock nothing of a user's runs: no destructor, no waker. `consumer` points to the waker of the poll under way, for as
//! long as the body is polled. (After a poll that panics it is not reset: then there is no emit left to look at it.)

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomPinned;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, Waker};

use super::sync::{AtomicBool, AtomicPtr, Ordering, UnsafeCell, spin_loop, yield_now};
use super::{Handle, Place, Stage};

/// The items under way, in order of arrival.
pub struct Line<T> {
    queue: UnsafeCell<Queue<T>>,
    consumer: AtomicPtr<Waker>,
    locked: AtomicBool,
    stage: Cell<Stage>,
}

struct Queue<T> {
    /// An item that the stream had taken over when its emit was dropped. It was the first in the line.
    left: Option<T>,
    head: *const Node<T>,
    tail: *const Node<T>,
}

/// A place in the line, in the emit that waits there.
struct Node<T> {
    links: UnsafeCell<Links<T>>,
    state: UnsafeCell<State<T>>,
}

struct Links<T> {
    before: *const Node<T>,
    behind: *const Node<T>,
}

struct State<T> {
    step: Step,
    /// There until it is delivered.
    item: MaybeUninit<T>,
    /// Who polls the emit, if that is not the consumer itself: nobody else would tell it of the delivery.
    waker: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    New,
    /// In the line.
    Waiting {
        /// It found nobody before it: from then on the item is the stream's, and is delivered come what may.
        is_taken_over: bool,
    },
    /// No longer in the line; the item is gone.
    Delivered,
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
    /// Looks at the queue as one of several producers. Nothing of a user's may run or be dropped in `look`.
    #[inline]
    fn locked<R>(&self, look: impl FnOnce(&mut Queue<T>) -> R) -> R {
        if !self.try_lock() {
            self.lock();
        }
        let _locked = Locked(&self.locked);
        // SAFETY: the lock keeps the other producers off, and the consumer keeps off while producers run.
        self.queue.with_mut(|queue| look(unsafe { &mut *queue }))
    }

    #[inline]
    fn try_lock(&self) -> bool {
        self.locked.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[cold]
    fn lock(&self) {
        let mut tries = 0_u32;
        while !self.try_lock() {
            tries += 1;
            // It is held for a few moves of memory, unless its holder has lost the processor: then it gets ours.
            if tries > 32 { yield_now() } else { spin_loop() }
        }
    }

    /// The waker to be woken with the delivery. The consumer comes back for the next item by itself, and then polls what it has
    /// polled with its own waker; should another take over the stream, that one does. But the executor of an emit may be one in
    /// the body, such as a `FuturesUnordered`, that polls nothing it was not woken for.
    #[inline]
    fn foreign(&self, waker: &Waker) -> Option<Waker> {
        let consumer = self.consumer.load(Ordering::Relaxed);
        if ptr::eq(consumer, waker) {
            return None;
        }
        // SAFETY: it is null, or the waker of a poll that is under way.
        let is_consumer = unsafe { consumer.as_ref() }.is_some_and(|consumer| consumer.will_wake(waker));
        (!is_consumer).then(|| waker.clone())
    }
}

/// What the holder of the lock and the consumer do with the queue. Nodes in it are alive (see above).
impl<T> Queue<T> {
    #[inline]
    fn is_empty(&self) -> bool {
        self.left.is_none() && self.head.is_null()
    }

    /// # Safety
    /// `node` must be in no queue, and be pinned until it is removed.
    #[inline]
    unsafe fn push(&mut self, node: *const Node<T>) {
        let links = Links { before: self.tail, behind: ptr::null() };
        // SAFETY: `node` and the last node are alive, and links are ours.
        unsafe {
            (*node).links.with_mut(|own| *own = links);
            match self.tail.as_ref() {
                Some(last) => last.links.with_mut(|last| (*last).behind = node),
                None => self.head = node,
            }
        }
        self.tail = node;
    }

    /// Takes the first node out.
    #[inline]
    fn pop(&mut self) {
        // SAFETY: nodes in the queue are alive, and links are ours.
        unsafe {
            let Some(first) = self.head.as_ref() else { return };
            self.head = first.links.with_mut(|links| (*links).behind);
            match self.head.as_ref() {
                Some(next) => next.links.with_mut(|links| (*links).before = ptr::null()),
                None => self.tail = ptr::null(),
            }
        }
    }

    /// # Safety
    /// `node` must be in this queue.
    unsafe fn remove(&mut self, node: *const Node<T>) {
        // SAFETY: `node` and its neighbours are alive, and links are ours.
        unsafe {
            let (before, behind) = (*node).links.with_mut(|own| ((*own).before, (*own).behind));
            match before.as_ref() {
                Some(before) => before.links.with_mut(|links| (*links).behind = behind),
                None => self.head = behind,
            }
            match behind.as_ref() {
                Some(behind) => behind.links.with_mut(|links| (*links).before = before),
                None => self.tail = before,
            }
        }
    }
}

impl<T> Links<T> {
    const fn none() -> Self {
        Self { before: ptr::null(), behind: ptr::null() }
    }
}

// SAFETY: an item is given out by moving it out of its node or out of `left`.
unsafe impl<T> Place<T> for Line<T> {
    fn new() -> Self {
        Self {
            queue: UnsafeCell::new(Queue { left: None, head: ptr::null(), tail: ptr::null() }),
            consumer: AtomicPtr::new(ptr::null_mut()),
            locked: AtomicBool::new(false),
            stage: Cell::new(Stage::Fresh),
        }
    }

    #[inline]
    unsafe fn stage(&self) -> &Cell<Stage> {
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
        // SAFETY: the caller is the consumer, and no producer runs: queue, links and states are ours. A node in the line is alive and
        // has its item.
        unsafe {
            let (left, first) = self.queue.with_mut(|queue| ((*queue).left.take(), (*queue).head));
            if left.is_some() {
                return left;
            }
            let first = first.as_ref()?;
            // Foreign code, which may panic: the item is still in the line.
            if let Some(waker) = first.state.with_mut(|state| (*state).waker.take()) {
                waker.wake();
            }
            self.queue.with_mut(|queue| (*queue).pop());
            Some(first.state.with_mut(|state| {
                (*state).step = Step::Delivered;
                (*state).item.assume_init_read()
            }))
        }
    }
}

impl<T> fmt::Debug for Line<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

/// The future of [`Yielder::emit`](crate::Yielder::emit).
#[must_use = "nothing is delivered unless the future is awaited"]
pub struct Emit<'y, T> {
    line: Handle<'y, Line<T>>,
    node: Node<T>,
    // Its neighbours in the line point to it.
    _pinned: PhantomPinned,
}

// SAFETY: an emit is an item and a way into the line. What others may do with its node meanwhile they do under the lock.
unsafe impl<T: Send> Send for Emit<'_, T> {}
// SAFETY: nothing can be done with a shared emit.
unsafe impl<T: Send> Sync for Emit<'_, T> {}

impl<'y, T> Emit<'y, T> {
    #[inline]
    pub(in crate::generator) fn new(line: Handle<'y, Line<T>>, item: T) -> Self {
        let state = State { step: Step::New, item: MaybeUninit::new(item), waker: None };
        let node = Node { links: UnsafeCell::new(Links::none()), state: UnsafeCell::new(state) };
        Self { line, node, _pinned: PhantomPinned }
    }
}

impl<T> Future for Emit<'_, T> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.into_ref().get_ref();
        // SAFETY: by `&mut`: the state is ours.
        let step = this.node.state.with_mut(|state| unsafe { (*state).step });
        if step == Step::Delivered {
            return Poll::Ready(());
        }
        // Foreign code, which may panic: nothing has changed yet.
        let waker = this.line.foreign(cx.waker());
        let step = if step == Step::New { this.join() } else { step };
        // SAFETY: as above.
        let old_waker = this.node.state.with_mut(|state| unsafe {
            (*state).step = step;
            std::mem::replace(&mut (*state).waker, waker)
        });
        // Foreign code too.
        drop(old_waker);
        Poll::Pending
    }
}

impl<T> Emit<'_, T> {
    /// Goes to the end of the line.
    #[inline]
    fn join(&self) -> Step {
        self.line.locked(|queue| {
            let is_taken_over = queue.is_empty();
            // SAFETY: new, so in no line; called by `poll`, so pinned; and `drop` removes it.
            unsafe { queue.push(&raw const self.node) };
            Step::Waiting { is_taken_over }
        })
    }

    /// Dropped in the line: leaves it.
    #[cold]
    fn leave(&self, is_taken_over: bool) {
        // SAFETY: by `&mut`: the state is ours, and the item is there until it is delivered.
        let (item, waker) =
            self.node.state.with_mut(|state| unsafe { ((*state).item.assume_init_read(), (*state).waker.take()) });
        let given_back = self.line.locked(|queue| {
            // SAFETY: one that waits is in the line.
            unsafe { queue.remove(&raw const self.node) };
            if is_taken_over {
                // The place is free: nobody has found the line empty since.
                queue.left = Some(item);
                return None;
            }
            Some(item)
        });
        // Without the lock: destructors are foreign code, which may emit itself.
        drop((given_back, waker));
    }
}

impl<T> Drop for Emit<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: by `&mut`: the state is ours.
        match self.node.state.with_mut(|state| unsafe { (*state).step }) {
            Step::Delivered => {}
            Step::Waiting { is_taken_over } => self.leave(is_taken_over),
            // SAFETY: the item is there until it is delivered, and it is not used again.
            Step::New => self.node.state.with_mut(|state| unsafe { (*state).item.assume_init_drop() }),
        }
    }
}

impl<T> fmt::Debug for Emit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emit").finish_non_exhaustive()
    }
}
