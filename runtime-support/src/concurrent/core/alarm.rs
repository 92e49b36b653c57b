//! The wakers of many children in few allocations.
//!
//! # Invariant
//!
//! A waker's data is a pointer to the [`Slot`] of its child. Slots lie in groups that double: the first one in
//! [`Shared`], so that up to 64 children cost one allocation in all, every other in memory of its own. In front of a group's slots
//! stands a pointer to `Shared`; a slot has the child's key, which tells how far that is.
//!
//! A child's key is its number and [`FIRST`], and so never zero: its highest bit is that of the group's size, the bits below are the
//! number in the group.
//!
//! There is one count of references, in the bell: every waker holds one, and the [`Alarms`] as long as they live. With the last one
//! all memory is freed, groups included. What others than the owner reach are the bell and slots that are
//! [prepared](Own::prepared): all of it by `&`.
//!
//! A slot's bit is set by a wake and cleared by the owner when the child has its turn. Whoever sets it rings the bell, and so
//! a child stands there once at most.

#![allow(unsafe_code, reason = "the gather core: wakers without an allocation for each")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::UnsafeCell;
use std::mem::{ManuallyDrop, MaybeUninit, offset_of};
use std::ptr::{NonNull, null, null_mut};
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::bell::{Begun, Bell, Stack};
use super::round::Round;
use super::sync::{AtomicU32, Ordering};

/// Children of the first group.
const FIRST: u32 = 64;
/// Slots are prepared by so many: a line of the cache. No group ends in between.
const AT_ONCE: usize = 8;
/// In a slot's state.
const WOKEN: u32 = 1 << 31;
/// Keys are below this.
const MOST: u32 = WOKEN;

/// The wakers of a growing number of children, and who of them was woken.
pub(super) struct Alarms(NonNull<Shared>);

// SAFETY: `Shared` is made for many threads; `own` is used through `&mut Alarms` alone.
unsafe impl Send for Alarms {}
// SAFETY: the same; by `&` nothing is reached.
unsafe impl Sync for Alarms {}

struct Shared {
    bell: Bell,
    own: UnsafeCell<Own>,
    first: Group<{ FIRST as usize }>,
}

/// The owner's, and in the end of who frees all.
struct Own {
    round: Round,
    begun: Begun,
    /// So many slots have been written.
    prepared: usize,
    groups: Groups,
}

/// For each highest bit of a key where slot zero of its group were, if keys were numbers in it.
struct Groups([*mut Slot; 32]);

#[repr(C)]
struct Group<const N: usize> {
    shared: *const Shared,
    slots: [MaybeUninit<Slot>; N],
}

/// From the beginning of a group to its slots.
const HEAD: usize = offset_of!(Group<0>, slots);

struct Slot {
    /// The child's key, and its bit.
    state: AtomicU32,
    /// See `bell.rs`.
    link: AtomicU32,
}

impl Alarms {
    pub(super) fn new(owner: &Waker) -> Self {
        let own = Own { round: Round::new(), begun: Begun::new(), prepared: 0, groups: Groups([null_mut(); 32]) };
        let first = Group { shared: null(), slots: [const { MaybeUninit::uninit() }; FIRST as usize] };
        let shared = Box::leak(Box::new(Shared { bell: Bell::new(owner.clone()), own: UnsafeCell::new(own), first }));
        let shared = NonNull::from(shared);
        // SAFETY: nobody else has it yet. Pointers to slots are taken from the one to all, as wakers go from slots to the rest.
        unsafe {
            let first = &raw mut (*shared.as_ptr()).first;
            (*first).shared = shared.as_ptr();
            (*(*shared.as_ptr()).own.get()).groups.put(FIRST, first.cast());
        }
        Self(shared)
    }

    /// The owner's, and the bell.
    #[inline]
    fn parts(&mut self) -> (&mut Own, &Bell) {
        // SAFETY: alive as long as `self` is.
        let shared = unsafe { self.0.as_ref() };
        // SAFETY: the owner's by `&mut self`, and a cell of its own.
        (unsafe { &mut *shared.own.get() }, &shared.bell)
    }

    /// Runs `poll` with the waker of a child.
    #[inline]
    pub(super) fn with_waker<R>(&mut self, child: usize, poll: impl FnOnce(&Waker) -> R) -> R {
        let shared = self.0;
        let (own, _) = self.parts();
        if child >= own.prepared {
            own.prepare(child, shared);
        }
        let slot = own.groups.slot(child as u32 + FIRST);
        // SAFETY: a slot, which is alive as long as `self` is. The waker is not dropped, so it needs no reference of its own; clones
        // take one.
        let waker = unsafe { ManuallyDrop::new(Waker::from_raw(RawWaker::new(slot.cast_const().cast(), &VTABLE))) };
        poll(&waker)
    }

    /// Lets those that were woken until now have their turn, and says whom to wake from now on.
    #[inline]
    pub(super) fn hear(&mut self, owner: &Waker) {
        let (own, bell) = self.parts();
        if bell.tells(owner) {
            let stack = bell.take(&mut own.begun);
            own.append(stack);
        } else {
            self.hear_for(owner);
        }
    }

    /// The same for a new owner.
    #[cold]
    fn hear_for(&mut self, owner: &Waker) {
        // Cloned, woken and dropped where a panic or a wake may come in between.
        let new = owner.clone();
        let (own, bell) = self.parts();
        let (old, stacks) = bell.replace(new, &mut own.begun);
        for stack in stacks {
            own.append(stack);
        }
        match old {
            Ok(old) => drop(old),
            // The old one is still the one who is told. The new one comes back for what it would miss, and to try again.
            Err(new) => new.wake(),
        }
    }

    /// Whose turn it is. From then on the child may be woken again.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        let (own, _) = self.parts();
        let child = own.round.front()?;
        // SAFETY: of a child that was woken.
        let slot = unsafe { own.groups.woken(child) };
        own.round.pop(&slot.link);
        // Acquires what was written before the wake, and before those that found the child woken already.
        slot.state.swap(child, Ordering::AcqRel);
        Some((child - FIRST) as usize)
    }

    /// Runs `poll` with the child whose turn it is, and its waker.
    #[inline]
    pub(super) fn turn<R>(&mut self, poll: impl FnOnce(usize, &Waker) -> R) -> Option<R> {
        let (own, _) = self.parts();
        let child = own.round.front()?;
        let slot = own.groups.slot(child);
        // SAFETY: of a child that was woken, hence prepared, and alive as long as `self` is. The waker is not dropped.
        let waker = unsafe {
            own.round.pop(&(*slot).link);
            (*slot).state.swap(child, Ordering::AcqRel);
            ManuallyDrop::new(Waker::from_raw(RawWaker::new(slot.cast_const().cast(), &VTABLE)))
        };
        Some(poll((child - FIRST) as usize, &waker))
    }

    /// Whether somebody waits for a turn.
    #[inline]
    pub(super) fn has_next(&mut self) -> bool {
        !self.parts().0.round.is_empty()
    }
}

impl Drop for Alarms {
    fn drop(&mut self) {
        // Wakers may outlive the set: they shall neither wake its owner nor keep it in memory.
        let (own, bell) = self.parts();
        let owner = bell.close(&mut own.begun);
        // SAFETY: the one that it began with.
        drop(unsafe { Reference::of(self.0) });
        drop(owner);
    }
}

impl Own {
    #[inline]
    fn append(&mut self, stack: Stack) {
        let Self { round, groups, .. } = self;
        // SAFETY: in a stack are children that were woken.
        round.append(stack, |child| unsafe { &groups.woken(child).link });
    }

    /// Writes the slots up to a child's, and some more.
    #[inline(never)]
    fn prepare(&mut self, child: usize, shared: NonNull<Shared>) {
        assert!(child < (MOST - FIRST) as usize, "more than {} futures at once", MOST - FIRST);
        while self.prepared <= child {
            let key = self.prepared as u32 + FIRST;
            if key.is_power_of_two() && key > FIRST {
                self.groups.put(key, allocate(key, shared));
            }
            let first = self.groups.slot(key);
            for (place, key) in (0..AT_ONCE).zip(key..) {
                let slot = Slot { state: AtomicU32::new(key), link: AtomicU32::new(0) };
                // SAFETY: within the group, and nobody looks at it yet.
                unsafe { first.add(place).write(slot) };
            }
            self.prepared += AT_ONCE;
        }
    }
}

/// The highest bit of a key.
#[inline]
const fn power_of(key: u32) -> u32 {
    // Keys are not zero: to say so spares a branch.
    (key | 1).ilog2()
}

impl Groups {
    /// A group for keys from `first` on, a power of two, as many again.
    fn put(&mut self, first: u32, group: *mut Group<0>) {
        self.0[first.ilog2() as usize] = group.wrapping_byte_add(HEAD).cast::<Slot>().wrapping_sub(first as usize);
    }

    /// The slot of a key whose group is there.
    #[inline]
    fn slot(&self, key: u32) -> *mut Slot {
        self.0[power_of(key) as usize].wrapping_add(key as usize)
    }

    /// # Safety
    /// For the key of a child that was woken since these are there.
    #[inline]
    unsafe fn woken(&self, key: u32) -> &Slot {
        // SAFETY: a waker has had the slot, hence it is prepared; it is alive as long as the groups are.
        unsafe { &*self.slot(key) }
    }
}

/// Memory for a group of so many slots.
fn allocate(slots: u32, shared: NonNull<Shared>) -> *mut Group<0> {
    let layout = layout(slots);
    // SAFETY: its size is not zero. A group begins with the pointer.
    unsafe {
        let group = alloc(layout).cast::<Group<0>>();
        if group.is_null() {
            handle_alloc_error(layout);
        }
        (*group).shared = shared.as_ptr();
        group
    }
}

fn layout(slots: u32) -> Layout {
    let slots = Layout::array::<Slot>(slots as usize).and_then(|slots| Layout::new::<Group<0>>().extend(slots));
    slots.expect("less than the address space").0
}

/// One of the references.
struct Reference(NonNull<Shared>);

impl Reference {
    /// # Safety
    /// For one of the references, which is not used otherwise.
    #[inline]
    unsafe fn of(shared: NonNull<Shared>) -> Self {
        Self(shared)
    }
}

impl Drop for Reference {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: alive until the last reference is gone, which it was then.
        unsafe {
            if self.0.as_ref().bell.leave() {
                free(self.0);
            }
        }
    }
}

/// # Safety
/// Nobody else may have it any more.
#[cold]
unsafe fn free(shared: NonNull<Shared>) {
    // SAFETY: made by `Box::leak`.
    let mut shared = unsafe { Box::from_raw(shared.as_ptr()) };
    let Groups(groups) = &shared.own.get_mut().groups;
    for (power, zero) in groups.iter().enumerate().filter(|(_, zero)| !zero.is_null()) {
        let first = 1 << power;
        if first > FIRST {
            // SAFETY: made by `allocate`.
            unsafe { dealloc(zero.wrapping_add(first as usize).byte_sub(HEAD).cast(), layout(first)) };
        }
    }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker's child and what it shares with others.
struct Target<'w> {
    slot: &'w Slot,
    key: u32,
    shared: NonNull<Shared>,
}

impl<'w> Target<'w> {
    /// # Safety
    /// For the data of a waker that lives as long as this is used.
    #[inline]
    unsafe fn of(data: *const ()) -> Self {
        let slot = data.cast::<Slot>();
        // SAFETY: the waker keeps all alive. In front of the group's first slot there stands its head.
        unsafe {
            let key = (*slot).state.load(Ordering::Relaxed) & !WOKEN;
            let group = slot.sub((key ^ (1 << power_of(key))) as usize).byte_sub(HEAD).cast::<Group<0>>();
            Self { slot: &*slot, key, shared: NonNull::new_unchecked((*group).shared.cast_mut()) }
        }
    }

    #[inline]
    fn bell(&self) -> &'w Bell {
        // SAFETY: the waker keeps it alive.
        unsafe { &self.shared.as_ref().bell }
    }

    /// Whether the owner is to be told.
    #[inline]
    fn wake(&self) -> bool {
        // Releases what was written before the wake to the owner's turn.
        self.slot.state.swap(self.key | WOKEN, Ordering::AcqRel) & WOKEN == 0 && self.bell().push(self.key, &self.slot.link)
    }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: the waker that is cloned.
    unsafe { Target::of(data) }.bell().keep();
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    /// With the waker's reference; also if the owner's waker panics.
    struct Telling(ManuallyDrop<Reference>);

    impl Drop for Telling {
        fn drop(&mut self) {
            // SAFETY: alive by the reference, which is used no more once it was given back.
            unsafe {
                let bell = &self.0.0.as_ref().bell;
                if !bell.told_and_left() {
                    let gone = bell.told();
                    ManuallyDrop::drop(&mut self.0);
                    drop(gone);
                }
            }
        }
    }

    // SAFETY: this is the waker, whose reference goes with it.
    let (target, reference) = unsafe {
        let target = Target::of(data);
        let reference = Reference::of(target.shared);
        (target, reference)
    };
    if target.wake() {
        let telling = Telling(ManuallyDrop::new(reference));
        target.bell().tell();
        drop(telling);
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    /// Also if the owner's waker panics.
    struct Telling<'b>(&'b Bell);

    impl Drop for Telling<'_> {
        fn drop(&mut self) {
            drop(self.0.told());
        }
    }

    // SAFETY: the waker lives.
    let target = unsafe { Target::of(data) };
    if target.wake() {
        let telling = Telling(target.bell());
        telling.0.tell();
    }
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: this is the waker, whose reference goes with it.
    drop(unsafe { Reference::of(Target::of(data).shared) });
}
