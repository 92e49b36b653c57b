//! The wakers of many children in few allocations: a block serves 64 of them.
//!
//! # Invariant
//!
//! A waker's data is a pointer to one byte of `targets`, the first field of a [`Block`] that is aligned to their count: the low
//! bits of the address are the child's number in the block, the others are the block. Every waker, and the [`Alarms`] as long as it
//! lives, holds one of the block's references; the last one frees it. Of a shared block only atomics and the bell are changed.
//!
//! The bell, that tells the owner, lies behind the first block (see [`First`]): the others hold a reference to it. So up to 64
//! children cost one allocation in all.
//!
//! A bit in `woken` is set by a wake and cleared by the owner. Whoever sets it rings the bell with the child's number, so a child
//! stands in the bell's queue once at most.

#![allow(unsafe_code, reason = "the gather core: wakers without an allocation for each")]

use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::rung::Rung;
use super::sync::{AtomicU64, AtomicUsize, Mutex, Ordering, fence, lock};

/// Children of a block.
const CHILDREN: usize = 64;

/// The wakers of a growing number of children, and who of them was woken.
pub(super) struct Alarms(NonNull<First>);

// SAFETY: blocks are shared between threads by design; `own` is used through `&mut Alarms` alone.
unsafe impl Send for Alarms {}
// SAFETY: the same; by `&` nothing is reached.
unsafe impl Sync for Alarms {}

/// The first block, and what there is once.
#[repr(C)]
struct First {
    block: Block,
    bell: Mutex<Bell>,
    own: UnsafeCell<Own>,
}

#[repr(C, align(64))]
struct Block {
    targets: [u8; CHILDREN],
    references: AtomicUsize,
    woken: AtomicU64,
    number: usize,
    /// Of a block behind the first; the first one's is null.
    first: *const First,
}

struct Bell {
    /// Gone while it is being told, and when the owner does not want to hear any more.
    owner: Option<Waker>,
    /// Whether it has been told since it last heard.
    is_told: bool,
    /// The owner is gone.
    is_closed: bool,
    /// Who was woken, in order.
    rung: Rung,
}

/// The owner's.
struct Own {
    others: Vec<NonNull<Block>>,
    /// Who was woken, in order; those before `next` have had their turn.
    round: Rung,
    next: usize,
}

impl Alarms {
    pub(super) fn new(owner: &Waker) -> Self {
        let first = First {
            block: Block::new(0, std::ptr::null()),
            bell: Mutex::new(Bell { owner: Some(owner.clone()), is_told: false, is_closed: false, rung: Rung::new() }),
            own: UnsafeCell::new(Own { others: Vec::new(), round: Rung::new(), next: 0 }),
        };
        Self(NonNull::from(Box::leak(Box::new(first))))
    }

    fn first(&self) -> &First {
        // SAFETY: alive as long as `self` is.
        unsafe { self.0.as_ref() }
    }

    fn own(&mut self) -> &mut Own {
        // SAFETY: alive, and the owner's by `&mut self`.
        unsafe { &mut *self.first().own.get() }
    }

    #[inline]
    fn block(&mut self, child: usize) -> NonNull<Block> {
        if child < CHILDREN { self.0.cast() } else { self.other_block(child / CHILDREN - 1) }
    }

    fn other_block(&mut self, index: usize) -> NonNull<Block> {
        let first = self.0;
        let others = &mut self.own().others;
        while others.len() <= index {
            // SAFETY: the first block is alive; this is the reference of the new one.
            unsafe { first.as_ref() }.block.keep();
            others.push(NonNull::from(Box::leak(Box::new(Block::new(others.len() + 1, first.as_ptr())))));
        }
        others[index]
    }

    /// Runs `poll` with the waker of a child.
    #[inline]
    pub(super) fn with_waker<R>(&mut self, child: usize, poll: impl FnOnce(&Waker) -> R) -> R {
        let block = self.block(child);
        // SAFETY: within the block, which is alive as long as `self` is. The waker is not dropped, so it needs no reference of
        // its own; clones take one.
        let waker = unsafe {
            let target = block.cast::<u8>().add(child % CHILDREN);
            ManuallyDrop::new(Waker::from_raw(RawWaker::new(target.as_ptr().cast_const().cast(), &VTABLE)))
        };
        poll(&waker)
    }

    /// Lets those that were woken until now have their turn, and says whom to wake from now on.
    pub(super) fn hear(&mut self, owner: &Waker) {
        if self.hear_known(owner) {
            return;
        }
        // Cloned, woken and dropped without the lock.
        let new = owner.clone();
        let mut bell = lock(&self.first().bell);
        let old = bell.owner.replace(new);
        // By somebody who found the old owner there, or none.
        let is_missed = bell.is_told;
        drop(bell);
        drop(old);
        if is_missed {
            owner.wake_by_ref();
        }
    }

    /// The same if the owner is the one who was told the last time.
    fn hear_known(&mut self, owner: &Waker) -> bool {
        // SAFETY: alive, and the owner's by `&mut self`; the bell is another field.
        let own = unsafe { &mut *self.first().own.get() };
        own.round.forget(own.next);
        own.next = 0;
        let mut bell = lock(&self.first().bell);
        own.round.append(&mut bell.rung);
        bell.is_told = false;
        bell.owner.as_ref().is_some_and(|known| known.will_wake(owner))
    }

    /// Whose turn it is. From then on the child may be woken again.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        let own = self.own();
        let child = own.round.get(own.next)?;
        own.next += 1;
        // Acquires what was written before the wake, and before those that found the child woken already.
        // SAFETY: alive as long as `self` is.
        unsafe { self.block(child).as_ref() }.woken.fetch_and(!(1 << (child % CHILDREN)), Ordering::AcqRel);
        Some(child)
    }

    /// Whether somebody waits for a turn.
    #[inline]
    pub(super) fn has_next(&mut self) -> bool {
        let own = self.own();
        own.round.get(own.next).is_some()
    }
}

impl Drop for Alarms {
    fn drop(&mut self) {
        // Wakers may outlive the set: they shall neither wake its owner nor keep it in memory.
        let owner = {
            let mut bell = lock(&self.first().bell);
            bell.is_closed = true;
            bell.owner.take()
        };
        for block in std::mem::take(&mut self.own().others) {
            // SAFETY: the reference that it began with.
            unsafe { release(block) };
        }
        // SAFETY: the reference that it began with.
        unsafe { release(self.0.cast()) };
        drop(owner);
    }
}

impl Block {
    fn new(number: usize, first: *const First) -> Self {
        Self { targets: [0; CHILDREN], references: AtomicUsize::new(1), woken: AtomicU64::new(0), number, first }
    }

    /// Takes a reference.
    #[inline]
    fn keep(&self) {
        let before = self.references.fetch_add(1, Ordering::Relaxed);
        assert!(before <= usize::MAX / 2, "too many wakers");
    }
}

impl Bell {
    /// A child was woken.
    fn ring(bell: &Mutex<Self>, child: usize) {
        let owner = {
            let mut bell = lock(bell);
            bell.rung.push(child);
            if std::mem::replace(&mut bell.is_told, true) { None } else { bell.owner.take() }
        };
        // No code of a user's runs under the lock.
        if let Some(owner) = owner {
            owner.wake_by_ref();
            Self::give_back(bell, owner);
        }
    }

    /// The owner that was told, unless it has changed meanwhile or does not want to hear any more.
    fn give_back(bell: &Mutex<Self>, owner: Waker) {
        let mut bell = lock(bell);
        let owner = if bell.is_closed || bell.owner.is_some() { Some(owner) } else { bell.owner.replace(owner) };
        drop(bell);
        drop(owner);
    }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// The block of a target, and the child's number in it.
#[inline]
fn block_of(target: *const ()) -> (NonNull<Block>, usize) {
    let child = target.addr() % CHILDREN;
    let block = target.map_addr(|address| address - child).cast_mut().cast();
    // SAFETY: the address of a block.
    (unsafe { NonNull::new_unchecked(block) }, child)
}

unsafe fn clone(target: *const ()) -> RawWaker {
    let (block, _) = block_of(target);
    // SAFETY: the waker that is cloned keeps the block alive.
    unsafe { block.as_ref() }.keep();
    RawWaker::new(target, &VTABLE)
}

unsafe fn wake(target: *const ()) {
    // SAFETY: this is the waker, whose reference goes with it, also if the owner's waker panics.
    unsafe { Waker::from_raw(RawWaker::new(target, &VTABLE)) }.wake_by_ref();
}

unsafe fn wake_by_ref(target: *const ()) {
    let (this, child) = block_of(target);
    // SAFETY: the waker keeps the block alive.
    let block = unsafe { this.as_ref() };
    let bit = 1 << child;
    // Releases what was written before the wake to the owner's turn.
    if block.woken.fetch_or(bit, Ordering::AcqRel) & bit == 0 {
        let first = if block.number == 0 { this.as_ptr().cast_const().cast() } else { block.first };
        // SAFETY: this block is the first one, or holds a reference to it.
        Bell::ring(unsafe { &(*first).bell }, block.number * CHILDREN + child);
    }
}

unsafe fn drop_waker(target: *const ()) {
    let (block, _) = block_of(target);
    // SAFETY: the waker's own reference.
    unsafe { release(block) };
}

/// # Safety
/// For one of the block's references, which is not used any more.
unsafe fn release(block: NonNull<Block>) {
    // SAFETY: alive until the last reference is gone.
    if unsafe { block.as_ref() }.references.fetch_sub(1, Ordering::Release) == 1 {
        fence(Ordering::Acquire);
        // SAFETY: it was the last.
        unsafe { free(block) };
    }
}

/// # Safety
/// Nobody else may have the block any more.
#[cold]
unsafe fn free(block: NonNull<Block>) {
    // SAFETY: both kinds of blocks were made by `Box::leak`, and a first one lies at the beginning of its `First`.
    unsafe {
        if block.as_ref().number == 0 {
            drop(Box::from_raw(block.cast::<First>().as_ptr()));
        } else {
            let block = Box::from_raw(block.as_ptr());
            release(NonNull::new_unchecked(block.first.cast_mut()).cast());
        }
    }
}
