//! What lives in a tree, and how much happened.

use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::Notify;

macro_rules! counts {
    ($($name:ident $text:literal,)*) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Count {
            $($name,)*
        }

        const NAMES: &[&str] = &[$($text,)*];
    };
}

counts! {
    Group "groups",
    Child "children",
    Refused "refused",
    Task "tasks",
    Error "errors",
    Panic "panics",
    InGroupError "told in group errors",
    InCleanUps "in their clean-ups",
    Resumed "as panics of groups",
    ByHandle "by handles",
    ByValue "by values",
    Reported "by the hook",
    Overdue "overdue",
    Timeout "cancelled by timeout",
    Polls "a drop between two polls",
    Abort "abort",
    HandleCancel "a handle",
    GroupCancel "group.cancel",
    TaskDrop "a dropped task",
}

static COUNTS: [AtomicUsize; NAMES.len()] = [const { AtomicUsize::new(0) }; NAMES.len()];

pub(crate) fn count(what: Count) {
    COUNTS[what as usize].fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn reset() {
    COUNTS.iter().for_each(|count| count.store(0, Ordering::Relaxed));
}

pub(crate) fn counts() -> String {
    let all: Vec<String> =
        NAMES.iter().zip(&COUNTS).map(|(name, count)| format!("{} {name}", count.load(Ordering::Relaxed))).collect();
    all.join(", ")
}

/// Whether those around a place wait for what lives in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Waits {
    #[default]
    All,
    /// It is over before what was open in it: that is the business of those who give up what is around it.
    GivingUp,
    /// It was told not to wait.
    Nobody,
}

/// A place in the tree: a group, a child, a task, a context, or what gives something up.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    inside: Option<usize>,
    made_at: Option<&'static Location<'static>>,
    alive: usize,
    waits: Waits,
    has_ended: bool,
    is_entered: bool,
    begun: usize,
    ended: usize,
}

/// A tree.
#[derive(Debug, Default)]
pub(crate) struct World {
    places: Mutex<Vec<Place>>,
    /// Held by those that spawn a child, and all of it by who looks at what lives.
    spawning: RwLock<()>,
    violations: Mutex<Vec<String>>,
    tasks: AtomicUsize,
    task_ended: Notify,
}

/// Something that lives in a place.
pub(crate) struct Alive(Arc<World>, usize);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.places()[self.1].alive -= 1;
    }
}

/// A task that nobody waits for, and that is not gone.
pub(crate) struct Loose(Arc<World>);

impl Drop for Loose {
    fn drop(&mut self) {
        if self.0.tasks.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.task_ended.notify_waiters();
        }
    }
}

/// A place with all those around it, for a reader.
fn way_out(places: &[Place], place: usize) -> String {
    let way: Vec<String> = std::iter::successors(Some(place), |place| places[*place].inside)
        .map(|place| {
            let Place { made_at, waits, .. } = places[place];
            format!("{place} of {}, waits for {waits:?}", made_at.map_or_else(String::new, ToString::to_string))
        })
        .collect();
    way.join(" in ")
}

impl World {
    fn places(&self) -> MutexGuard<'_, Vec<Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn violation(&self, text: String) {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A new place inside of another one.
    #[track_caller]
    pub(crate) fn place(&self, inside: Option<usize>) -> usize {
        let made_at = Some(Location::caller());
        let mut places = self.places();
        places.push(Place { inside, made_at, ..Place::default() });
        places.len() - 1
    }

    /// To be held from before a child lives up to the end of the call that spawns it.
    ///
    /// A task that is aborted or detached may spawn into a group around it that has ended. The child is refused: it is dropped in
    /// that call, without being polled, and was never in the group. Until then it can not be told from one that is.
    pub(crate) fn spawning(&self) -> RwLockReadGuard<'_, ()> {
        self.spawning.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn live(self: &Arc<Self>, place: usize) -> Alive {
        self.places()[place].alive += 1;
        Alive(self.clone(), place)
    }

    /// It does not wait for what is open in it.
    pub(crate) fn let_go(&self, place: usize) {
        let mut places = self.places();
        if places[place].waits == Waits::All {
            places[place].waits = Waits::GivingUp;
        }
    }

    /// A task of its own has ended: what it has let go is nobody's business but that of `drain`.
    pub(crate) fn forget(&self, task: usize) {
        let mut places = self.places();
        for place in task..places.len() {
            let is_inside = std::iter::successors(Some(place), |place| places[*place].inside).any(|around| around == task);
            if is_inside && places[place].waits == Waits::GivingUp {
                places[place].waits = Waits::Nobody;
            }
        }
    }

    /// A child ends by itself, whoever cancels it from now on.
    pub(crate) fn ends(&self, child: usize) {
        self.places()[child].has_ended = true;
    }

    /// A child was cancelled: nothing lives in it. If it had ended by itself before, that is the business of its group.
    pub(crate) fn was_cancelled(&self, child: usize, what: &str) {
        let has_ended = self.places()[child].has_ended;
        if !has_ended {
            self.gave_up(child, what);
        }
    }

    /// Nobody waits for what is open in it.
    pub(crate) fn never_waits(&self, place: usize) {
        self.places()[place].waits = Waits::Nobody;
    }

    /// It has ended well: nothing lives in it but what was let go.
    pub(crate) fn ended_well(&self, place: usize, what: &str) {
        self.closed_but_for(place, what, |between| between != Waits::All);
    }

    /// It was given up, or has failed: nothing lives in it.
    pub(crate) fn gave_up(&self, place: usize, what: &str) {
        self.closed_but_for(place, what, |between| between == Waits::Nobody);
    }

    fn closed_but_for(&self, around: usize, what: &str, is_exempt: impl Fn(Waits) -> bool) {
        let nobody_spawns = self.spawning.write().unwrap_or_else(PoisonError::into_inner);
        let places = self.places();
        if is_exempt(places[around].waits) {
            return;
        }
        let is_inside = |place: usize| {
            let mut way_out = Some(place);
            while let Some(between) = way_out {
                if between == around {
                    return true;
                }
                if is_exempt(places[between].waits) {
                    return false;
                }
                way_out = places[between].inside;
            }
            false
        };
        let alive = (around..places.len()).filter(|place| places[*place].alive > 0 && is_inside(*place));
        let alive: Vec<String> = alive.map(|place| way_out(&places, place)).collect();
        drop(places);
        drop(nobody_spawns);
        if !alive.is_empty() {
            self.violation(format!("{what} at {around} has returned, and {alive:#?} in it live"));
        }
    }

    /// The set-up of a context is complete.
    pub(crate) fn context_entered(&self, place: usize) {
        self.places()[place].is_entered = true;
    }

    pub(crate) fn clean_up_begun(&self, place: usize) {
        self.places()[place].begun += 1;
    }

    pub(crate) fn clean_up_ended(&self, place: usize) {
        self.places()[place].ended += 1;
    }

    /// Everything is over: how many contexts there were.
    pub(crate) fn check_end(&self) -> usize {
        let places = self.places().clone();
        for (place, what) in places.iter().enumerate() {
            let expected = usize::from(what.is_entered);
            if (what.begun, what.ended) != (expected, expected) {
                self.violation(format!("{place} has begun {} clean-ups and ended {} of {expected}", what.begun, what.ended));
            }
            if what.alive > 0 {
                self.violation(format!("{} at {place} live at the end", what.alive));
            }
        }
        places.iter().filter(|place| place.is_entered).count()
    }

    pub(crate) fn loose(self: &Arc<Self>) -> Loose {
        self.tasks.fetch_add(1, Ordering::SeqCst);
        Loose(self.clone())
    }

    pub(crate) fn tasks(&self) -> usize {
        self.tasks.load(Ordering::SeqCst)
    }

    pub(crate) async fn tasks_ended(&self) {
        loop {
            let ended = self.task_ended.notified();
            if self.tasks() == 0 {
                return;
            }
            ended.await;
        }
    }
}
