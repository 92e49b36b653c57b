//! Everything that lives: tasks, groups, and what stands for the tasks of a `spawn`.
//!
//! The list is cut into shards, and a thread adds to its own: so those that spawn do not wait for one another. An entry also is
//! where a task and its handle meet after the task has begun: its name, and whether it is detached or waited for.

use std::any::Any;
use std::cell::Cell;
use std::panic::Location;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use slab::Slab;
use tokio::runtime::Id;
use tokio::time::Instant;

use super::tree::TaskKind;
use super::who::{Name, TaskId, Who};
use crate::scope::Outstanding;

/// More than workers that spawn at the same moment.
const SHARDS: usize = 16;

/// A shard takes so many numbers at once from those of the process.
const NUMBERS: u64 = 256;

/// What a shard may keep for later when nothing lives in it.
const KEPT: usize = 1024;

// On cache lines of its own.
#[repr(align(128))]
struct Shard(Mutex<Entries>);

struct Entries {
    all: Slab<Entry>,
    next: u64,
    end: u64,
}

static LIST: [Shard; SHARDS] = [const { Shard(Mutex::new(Entries { all: Slab::new(), next: 0, end: 0 })) }; SHARDS];

thread_local! {
    static SHARD: Cell<u8> = const { Cell::new(u8::MAX) };
    /// Who is polled on this thread; zero for nobody.
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// One that lives.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) who: Who,
    pub(super) kind: TaskKind,
    /// Zero for none.
    parent: u64,
    since: Instant,
    /// What few ever have.
    more: Option<Box<More>>,
}

#[derive(Debug, Default)]
struct More {
    stop: Option<Arc<Outstanding>>,
    detached: Option<Box<dyn Any + Send>>,
}

impl Entry {
    /// What waits for its end.
    pub(super) fn take_stop(&mut self) -> Option<Arc<Outstanding>> {
        self.more.as_mut()?.stop.take()
    }

    /// What `detach` has left.
    pub(super) fn take_detached(&mut self) -> Option<Box<dyn Any + Send>> {
        self.more.as_mut()?.detached.take()
    }

    fn is(&self, key: Key) -> bool {
        self.who.id == key.id
    }
}

/// Where an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    id: TaskId,
    slot: u32,
    shard: u8,
}

/// What a list of it tells.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) who: Who,
    pub(super) kind: TaskKind,
    pub(super) parent: Option<TaskId>,
    pub(super) since: Instant,
}

fn shard_of_thread() -> u8 {
    static NEXT: AtomicU8 = AtomicU8::new(0);
    let shard = SHARD.get();
    if shard != u8::MAX {
        return shard;
    }
    let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS as u8;
    SHARD.set(shard);
    shard
}

fn entries(shard: u8) -> MutexGuard<'static, Entries> {
    LIST[usize::from(shard)].0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Entries {
    fn number(&mut self) -> TaskId {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        if self.next == self.end {
            self.next = NEXT.fetch_add(NUMBERS, Ordering::Relaxed);
            self.end = self.next + NUMBERS;
        }
        self.next += 1;
        TaskId(self.next - 1)
    }

    fn entry(&mut self, key: Key) -> Option<&mut Entry> {
        self.all.get_mut(key.slot as usize).filter(|entry| entry.is(key))
    }
}

/// Adds one.
pub(crate) fn add(kind: TaskKind, name: impl Into<Listed>, site: &'static Location<'static>) -> Key {
    let Listed(name) = name.into();
    let (parent, since) = (CURRENT.get(), Instant::now());
    let shard = shard_of_thread();
    let mut entries = entries(shard);
    let id = entries.number();
    let slot = entries.all.insert(Entry { who: Who { id, name, site }, kind, parent, since, more: None });
    let slot = u32::try_from(slot).expect("there are less than four billion tasks");
    Key { id, slot, shard }
}

/// A name in the list.
#[derive(Debug)]
pub(crate) struct Listed(Name);

impl From<Name> for Listed {
    fn from(name: Name) -> Self {
        Self(name)
    }
}

impl From<&'static str> for Listed {
    fn from(name: &'static str) -> Self {
        Self(Name::Given(name.into()))
    }
}

impl Key {
    pub(super) fn id(self) -> TaskId {
        self.id
    }

    /// It does not live any more.
    pub(super) fn remove(self) -> Option<Entry> {
        let mut entries = entries(self.shard);
        entries.entry(self)?;
        let removed = entries.all.remove(self.slot as usize);
        if entries.all.is_empty() && entries.all.capacity() > KEPT {
            // After a burst nothing of it stays.
            entries.all = Slab::new();
        }
        Some(removed)
    }

    pub(super) fn rename(self, name: &Name) {
        if let Some(entry) = entries(self.shard).entry(self) {
            let old = std::mem::replace(&mut entry.who.name, name.clone());
            drop(old);
        }
    }

    pub(super) fn who(self) -> Option<Who> {
        entries(self.shard).entry(self).map(|entry| entry.who.clone())
    }

    /// What waits for its end, if it lives.
    pub(super) fn stop(self, runtime: Id) -> Option<Arc<Outstanding>> {
        let mut entries = entries(self.shard);
        let Entry { who, more, .. } = entries.entry(self)?;
        let stop = &mut more.get_or_insert_default().stop;
        Some(stop.get_or_insert_with(|| Outstanding::register(who.about(), runtime)).clone())
    }

    /// Leaves something for it; gives that back if it does not live.
    pub(super) fn detach(self, judge: Box<dyn Any + Send>) -> Result<(), Box<dyn Any + Send>> {
        match entries(self.shard).entry(self) {
            Some(entry) => {
                entry.more.get_or_insert_default().detached = Some(judge);
                Ok(())
            }
            None => Err(judge),
        }
    }

    /// Makes it the one that is polled.
    #[inline]
    pub(crate) fn within<R>(self, run: impl FnOnce() -> R) -> R {
        let _before = Before(CURRENT.replace(self.id.0));
        run()
    }

    /// It does not live any more, and nobody waits for that.
    pub(crate) fn drop_entry(self) {
        drop(self.remove());
    }
}

/// Sets back who is polled.
struct Before(u64);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// All that live.
pub(super) fn seen() -> Vec<Seen> {
    let mut seen = Vec::new();
    for shard in 0..SHARDS as u8 {
        seen.extend(entries(shard).all.iter().map(|(_, entry)| Seen {
            who: entry.who.clone(),
            kind: entry.kind,
            parent: (entry.parent != 0).then_some(TaskId(entry.parent)),
            since: entry.since,
        }));
    }
    seen
}
