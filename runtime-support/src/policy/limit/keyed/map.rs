//! The entries, and when they go.
//!
//! Whoever holds or wants something of an entry has a handle of it. One for somebody new is made under the lock of its shard only,
//! so where that finds no other handles than the shard's own, nobody is there, and whoever comes next finds either this entry or makes
//! a new one.
//!
//! Nearly always the same few keys come again: dropping each as soon as it is idle would make it anew for each call. So a shard keeps a
//! few of its latest idle ones, and drops the others.

use std::any::Any;
use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::hash::ByHash;
use super::key::Key;
use crate::policy::limit::core::Core;
use crate::policy::limit::gate::Gate;

/// Where there are no more than so many in a shard, none is dropped.
const FEW: usize = 44;

/// Behind that, so many idle ones stay.
const IDLE: usize = 16;

/// How many are looked at for nothing, at most, by a call that looks for one to drop.
const LOOKS: usize = 4;

/// What a key leads to.
pub(super) struct Inner<K: ?Sized> {
    core: Core,
    shard: Arc<Shard>,
    hash: u64,
    /// Changes under the lock only: it was asked for since it was last looked at.
    is_used: AtomicBool,
    /// Changes under the lock only: whoever came last has left, or is about to.
    has_left: AtomicBool,
    /// Changes under the lock only.
    is_queued: AtomicBool,
    key: K,
}

type Erased = Inner<dyn Any + Send + Sync>;

/// Somebody's way to what a key leads to.
pub struct Entry(Arc<Erased>);

impl Entry {
    /// For somebody new, under the lock.
    #[inline]
    fn of(inner: &Arc<Erased>) -> Self {
        inner.has_left.store(false, Ordering::Relaxed);
        Self(inner.clone())
    }
}

impl Gate for Entry {
    type Kept = Self;
    #[inline]
    fn core(&self) -> &Core {
        &self.0.core
    }
    fn kept(&self) -> Self {
        // Nobody takes it for idle while this one is there.
        Self(self.0.clone())
    }
}

impl Drop for Entry {
    #[inline]
    fn drop(&mut self) {
        let shard = &self.0.shard;
        if shard.len.load(Ordering::Relaxed) > FEW {
            shard.leave(&self.0);
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("core", self.core()).finish_non_exhaustive()
    }
}

/// Some of the entries.
#[derive(Default)]
pub(super) struct Shard {
    table: Mutex<Table>,
    /// How many entries there are, for those who look without the lock.
    len: AtomicUsize,
}

#[derive(Default)]
struct Table {
    entries: HashMap<u64, Arc<Erased>, ByHash>,
    /// Those whose hash belongs to another one. There hardly ever are any.
    others: Vec<Arc<Erased>>,
    /// Those that went idle, the longest ago first. Some may be in use again.
    idle: VecDeque<Arc<Erased>>,
}

impl Default for ByHash {
    fn default() -> Self {
        Self
    }
}

impl Table {
    #[inline]
    fn find<K: Key>(&self, hash: u64, key: &K) -> Option<&Arc<Erased>> {
        let is_it = |inner: &&Arc<Erased>| inner.key.downcast_ref().is_some_and(|kept| key.is(kept));
        let found = self.entries.get(&hash).filter(is_it);
        found.or_else(|| self.others.iter().find(is_it))
    }

    fn insert(&mut self, inner: Arc<Erased>) {
        match self.entries.entry(inner.hash) {
            Slot::Vacant(slot) => {
                slot.insert(inner);
            }
            Slot::Occupied(_) => self.others.push(inner),
        }
    }

    fn remove(&mut self, inner: &Arc<Erased>) {
        if self.entries.get(&inner.hash).is_some_and(|found| Arc::ptr_eq(found, inner)) {
            self.entries.remove(&inner.hash);
        } else {
            self.others.retain(|other| !Arc::ptr_eq(other, inner));
        }
        // A table that many come to and leave grows by what they leave, too.
        if self.entries.capacity() > 3 * self.entries.len().max(FEW) {
            self.entries.shrink_to(self.entries.len());
        }
        if self.idle.capacity() > 8 * self.idle.len().max(IDLE) {
            self.idle.shrink_to(2 * self.idle.len());
        }
    }

    fn len(&self) -> usize {
        self.entries.len() + self.others.len()
    }
}

impl Erased {
    /// Whether somebody holds or wants something of it, besides the shard with so many handles. If not, it stays so under the lock.
    fn is_in_use(self: &Arc<Self>, own: usize) -> bool {
        let is_in_use = Arc::strong_count(self) > own;
        // What those who left have done is seen.
        fence(Ordering::Acquire);
        is_in_use
    }
}

impl Shard {
    #[inline]
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entry of a key; `make` says what a new one leads to.
    #[inline]
    pub(super) fn enter<K: Key>(self: &Arc<Self>, hash: u64, key: &K, make: impl FnOnce() -> Core) -> Entry {
        let table = self.table();
        if let Some(found) = table.find(hash, key) {
            if !found.is_used.load(Ordering::Relaxed) {
                found.is_used.store(true, Ordering::Relaxed);
            }
            return Entry::of(found);
        }
        drop(table);
        self.make(hash, key, make)
    }

    #[cold]
    fn make<K: Key>(self: &Arc<Self>, hash: u64, key: &K, make: impl FnOnce() -> Core) -> Entry {
        // Copying a key is not for under the lock.
        let new: Arc<Erased> = Arc::new(Inner {
            core: make(),
            shard: self.clone(),
            hash,
            is_used: AtomicBool::new(false),
            has_left: AtomicBool::new(false),
            is_queued: AtomicBool::new(false),
            key: key.keep(),
        });
        let mut table = self.table();
        if let Some(found) = table.find(hash, key) {
            // Somebody else was faster.
            let entry = Entry::of(found);
            drop(table);
            return entry;
        }
        table.insert(new.clone());
        self.len.store(table.len(), Ordering::Relaxed);
        drop(table);
        Entry(new)
    }

    /// The entry of a key, if there is one.
    pub(super) fn look_up<K: Key>(&self, hash: u64, key: &K) -> Option<Entry> {
        self.table().find(hash, key).map(Entry::of)
    }

    /// Somebody leaves one, in a shard with many.
    #[cold]
    fn leave(&self, inner: &Arc<Erased>) {
        let mut gone = Vec::new();
        let mut table = self.table();
        inner.has_left.store(true, Ordering::Relaxed);
        if !inner.is_queued.swap(true, Ordering::Relaxed) {
            table.idle.push_back(inner.clone());
        }
        let mut looks = 0;
        while table.idle.len() > IDLE && looks < LOOKS {
            let Some(first) = table.idle.pop_front() else { break };
            let is_in_use = first.is_in_use(2);
            if is_in_use && !first.has_left.load(Ordering::Relaxed) {
                // Who came last has not left, and will bring it back here.
                first.is_queued.store(false, Ordering::Relaxed);
            } else if is_in_use || first.is_used.swap(false, Ordering::Relaxed) || !first.core.is_idle() {
                looks += 1;
                table.idle.push_back(first);
            } else {
                table.remove(&first);
                gone.push(first);
            }
        }
        self.len.store(table.len(), Ordering::Relaxed);
        drop(table);
        drop(gone);
    }

    /// Drops all that are idle, and says how many there are then.
    pub(super) fn sweep(&self) -> usize {
        let mut gone = Vec::new();
        let mut table = self.table();
        let Table { entries, others, idle } = &mut *table;
        // The shard has another handle of each. Who is about to leave will not bring it back here.
        idle.retain(|inner| {
            let stays = inner.is_in_use(2) && inner.has_left.load(Ordering::Relaxed);
            inner.is_queued.store(stays, Ordering::Relaxed);
            stays
        });
        entries.retain(|_, inner| stays(inner, &mut gone));
        others.retain(|inner| stays(inner, &mut gone));
        entries.shrink_to(2 * entries.len());
        idle.shrink_to_fit();
        let len = table.len();
        self.len.store(len, Ordering::Relaxed);
        drop(table);
        drop(gone);
        len
    }

    /// Lets go of all: entries that are in use lead to the shard, and it to them.
    pub(super) fn clear(&self) {
        let table = std::mem::take(&mut *self.table());
        self.len.store(0, Ordering::Relaxed);
        drop(table);
    }

    /// How many entries there are, idle ones included.
    #[cfg(all(test, not(weftwork_loom)))]
    pub(super) fn kept(&self) -> usize {
        self.table().len()
    }

    /// For how many there is room.
    #[cfg(all(test, not(weftwork_loom)))]
    pub(super) fn room(&self) -> usize {
        self.table().entries.capacity()
    }
}

fn stays(inner: &Arc<Erased>, gone: &mut Vec<Arc<Erased>>) -> bool {
    let is_idle = !inner.is_in_use(1) && inner.core.is_idle();
    if is_idle {
        gone.push(inner.clone());
    }
    !is_idle
}
