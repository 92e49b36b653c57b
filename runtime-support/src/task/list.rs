//! Everything that lives: tasks, groups, and what stands for the tasks of a `spawn`.
//!
//! The list is cut into shards, and a thread adds to its own: so those that spawn do not wait for one another. An entry also is
//! where a task and its handle meet after the task has begun: its name, and whether it is detached or waited for.

use std::any::Any;
use std::borrow::Cow;
use std::cell::Cell;
use std::panic::Location;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::runtime::Id;
use tokio::time::Instant;

use super::arena::Arena;
use super::tree::TaskKind;
use super::who::{Name, TaskId, Who};
use crate::scope::Outstanding;

/// More than workers that spawn at the same moment.
const SHARDS: usize = 16;

/// A thread takes so many numbers at once from those of the process.
const NUMBERS: u64 = 256;

// On cache lines of its own.
#[repr(align(128))]
struct Shard(Mutex<Entries>);

type Entries = Arena<Entry>;

static LIST: [Shard; SHARDS] = [const { Shard(Mutex::new(Arena::new())) }; SHARDS];

thread_local! {
    static SHARD: Cell<u8> = const { Cell::new(u8::MAX) };
    /// The next number of this thread, and the end of those that it has taken.
    static NEXT: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
    /// The task that is polled on this thread; zero for none.
    static TASK: Cell<u64> = const { Cell::new(0) };
    /// The same, or the group in it.
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// One that lives.
struct Entry {
    id: TaskId,
    /// Zero for none.
    parent: u64,
    of_type: &'static str,
    site: &'static Location<'static>,
    /// A clock costs more than all the rest here, so most of those that end at their first poll never look at one.
    since: Option<Instant>,
    kind: TaskKind,
    /// What few ever have.
    more: Option<Box<More>>,
}

/// What a task and its handle tell one another.
#[derive(Default)]
pub(super) struct More {
    name: Option<Cow<'static, str>>,
    /// What waits for its end.
    pub(super) stop: Option<Arc<Outstanding>>,
    /// What `detach` has left.
    pub(super) detached: Option<Box<dyn Any + Send>>,
    /// The children of a group.
    seats: Option<Weak<dyn Seats>>,
}

/// The children of a group, which stand on a list of its own.
pub(super) trait Seats: Send + Sync {
    /// Adds them to what is seen.
    fn list(&self, seen: &mut Vec<Seen>);
    /// What waits for the end of one, if it lives.
    fn stop(&self, seat: u32, id: TaskId) -> Option<Arc<Outstanding>>;
    /// Nobody will look at the output of one.
    fn give_up_output(&self, seat: u32, id: TaskId);
    /// Whether one lives.
    fn lives(&self, seat: u32, id: TaskId) -> bool;
}

impl More {
    /// The name of a type, or else something with the given name in it.
    #[inline]
    pub(super) fn of(name: &Name) -> (&'static str, Option<Box<Self>>) {
        match name {
            Name::OfType(of_type) => (of_type, None),
            Name::Given(name) => ("", Some(Box::new(Self { name: Some(name.clone()), ..Self::default() }))),
        }
    }

    /// The given name, or else that of the type.
    pub(super) fn name(this: Option<&Self>, of_type: &'static str) -> Name {
        let given = this.and_then(|more| more.name.clone());
        given.map_or(Name::OfType(of_type), Name::Given)
    }

    /// What waits for the end of something.
    pub(super) fn stop(this: &mut Option<Box<Self>>, who: &Who, runtime: Id) -> Arc<Outstanding> {
        let stop = &mut this.get_or_insert_default().stop;
        stop.get_or_insert_with(|| Outstanding::register(who.about(), runtime)).clone()
    }
}

impl Entry {
    fn who(&self) -> Who {
        Who { id: self.id, name: More::name(self.more.as_deref(), self.of_type), site: self.site }
    }
}

/// Where an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    id: TaskId,
    place: Place,
}

/// A shard, and a place in it. In one word, so that a key is two: it goes from hand to hand, and is in registers on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place(u64);

impl Place {
    fn new(shard: u8, place: u32) -> Self {
        Self(u64::from(shard) << 32 | u64::from(place))
    }

    fn shard(self) -> u8 {
        (self.0 >> 32) as u8
    }

    fn in_shard(self) -> u32 {
        self.0 as u32
    }
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
    let shard = SHARD.get();
    if shard == u8::MAX { choose_shard() } else { shard }
}

#[cold]
fn choose_shard() -> u8 {
    static NEXT: AtomicU8 = AtomicU8::new(0);
    let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS as u8;
    SHARD.set(shard);
    shard
}

fn entries(shard: u8) -> MutexGuard<'static, Entries> {
    LIST[usize::from(shard)].0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One that nobody has yet.
pub(super) fn number() -> TaskId {
    let (next, end) = NEXT.get();
    if next == end { more_numbers() } else { take_number(next, end) }
}

fn take_number(next: u64, end: u64) -> TaskId {
    NEXT.set((next + 1, end));
    TaskId(next)
}

#[cold]
fn more_numbers() -> TaskId {
    static FIRST: AtomicU64 = AtomicU64::new(1);
    let next = FIRST.fetch_add(NUMBERS, Ordering::Relaxed);
    take_number(next, next + NUMBERS)
}

fn entry(entries: &mut Entries, key: Key) -> Option<&mut Entry> {
    entries.get_mut(key.place.in_shard()).filter(|entry| entry.id == key.id)
}

/// Adds a task of `spawn`.
pub(super) fn add_task(of_type: &'static str, site: &'static Location<'static>) -> Key {
    insert(TaskKind::Task, of_type, None, site)
}

/// Adds something else.
pub(super) fn add(kind: TaskKind, name: &Name, site: &'static Location<'static>) -> Key {
    let (of_type, more) = More::of(name);
    insert(kind, of_type, more, site)
}

#[inline]
fn insert(kind: TaskKind, of_type: &'static str, more: Option<Box<More>>, site: &'static Location<'static>) -> Key {
    // Of the others there are few.
    let since = (kind != TaskKind::Task).then(Instant::now);
    let (id, parent, shard) = (number(), CURRENT.get(), shard_of_thread());
    let place = entries(shard).insert(Entry { id, parent, of_type, site, since, kind, more });
    Key { id, place: Place::new(shard, place) }
}

impl Key {
    #[inline]
    pub(super) fn id(self) -> TaskId {
        self.id
    }

    fn entries(self) -> MutexGuard<'static, Entries> {
        entries(self.place.shard())
    }

    /// It does not live any more. Gives what it and its handle had to tell one another; an inner `None` for nothing, the outer one if
    /// it did not live.
    pub(super) fn remove(self) -> Option<Option<Box<More>>> {
        let removed = self.entries().remove(self.place.in_shard(), |entry| entry.id == self.id);
        removed.map(|entry| entry.more)
    }

    pub(super) fn rename(self, name: &Name) {
        let Name::Given(name) = name else { return };
        if let Some(entry) = entry(&mut self.entries(), self) {
            entry.more.get_or_insert_default().name = Some(name.clone());
        }
    }

    pub(super) fn who(self) -> Option<Who> {
        entry(&mut self.entries(), self).map(|entry| entry.who())
    }

    /// It has been polled, and has not ended.
    pub(super) fn waits(self) {
        let now = Instant::now();
        if let Some(entry) = entry(&mut self.entries(), self) {
            // The others have it from their start.
            if entry.kind == TaskKind::Task {
                entry.since = Some(now);
            }
        }
    }

    /// What waits for its end, if it lives.
    pub(super) fn stop(self, runtime: Id) -> Option<Arc<Outstanding>> {
        let mut entries = self.entries();
        let entry = entry(&mut entries, self)?;
        let who = entry.who();
        Some(More::stop(&mut entry.more, &who, runtime))
    }

    /// Leaves something for it. Whether it lives.
    pub(super) fn detach(self, judge: Box<dyn Any + Send>) -> bool {
        let mut entries = self.entries();
        let Some(entry) = entry(&mut entries, self) else { return false };
        entry.more.get_or_insert_default().detached = Some(judge);
        true
    }

    /// It is a group, and has these children.
    pub(super) fn set_seats(self, seats: Weak<dyn Seats>) {
        if let Some(entry) = entry(&mut self.entries(), self) {
            entry.more.get_or_insert_default().seats = Some(seats);
        }
    }
}

/// An entry that stands for something else than a task.
#[derive(Debug)]
pub(crate) struct Standing(Key);

impl Standing {
    /// For the tasks of a `spawn`.
    #[track_caller]
    pub(crate) fn of_tasks(name: &'static str) -> Self {
        Self(add(TaskKind::Together, &Name::Given(name.into()), Location::caller()))
    }

    /// Makes it the one that is polled.
    #[inline]
    pub(crate) fn within<R>(this: Option<&Self>, run: impl FnOnce() -> R) -> R {
        match this {
            Some(Self(key)) => within(key.id, run),
            None => run(),
        }
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        drop(self.0.remove());
    }
}

/// Whether it is the task that is polled, or dropped.
pub(super) fn is_current(id: TaskId) -> bool {
    TASK.get() == id.0
}

/// Makes a task the one that is polled.
#[inline]
pub(super) fn within_task<R>(id: TaskId, run: impl FnOnce() -> R) -> R {
    let _before = Before { current: CURRENT.replace(id.0), task: TASK.replace(id.0) };
    run()
}

/// Makes a group the one that is polled, or what else has children.
#[inline]
pub(super) fn within<R>(id: TaskId, run: impl FnOnce() -> R) -> R {
    let _before = Before { current: CURRENT.replace(id.0), task: TASK.get() };
    run()
}

/// Sets back who is polled.
struct Before {
    current: u64,
    task: u64,
}

impl Drop for Before {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.current);
        TASK.set(self.task);
    }
}

/// All that live.
pub(super) fn seen() -> Vec<Seen> {
    let (mut seen, mut groups) = (Vec::new(), Vec::new());
    for shard in 0..SHARDS as u8 {
        let now = Instant::now();
        for entry in entries(shard).iter_mut() {
            groups.extend(entry.more.as_ref().and_then(|more| more.seats.clone()));
            seen.push(Seen {
                who: entry.who(),
                kind: entry.kind,
                parent: (entry.parent != 0).then_some(TaskId(entry.parent)),
                since: *entry.since.get_or_insert(now),
            });
        }
    }
    groups.iter().filter_map(Weak::upgrade).for_each(|seats| seats.list(&mut seen));
    seen
}
