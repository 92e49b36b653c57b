//! Who is in a group, and what they share.

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::mem::take;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use tokio::runtime::Handle as Runtime;
use tokio::sync::Notify;

use super::OnFailure;
use super::error::ChildError;
use super::seats::Member;
use crate::report::Collector;
use crate::scope::{Carried, Outstanding, Scope};
use crate::task::arena::{Arena, Spare};
use crate::task::list::Key;
use crate::task::who::{TaskId, Who};

thread_local! {
    /// What the last group on this thread has left for the next one.
    static SPARE: Cell<Option<Spare<Member>>> = const { Cell::new(None) };
}

/// What a group, its handles and its children share.
pub(super) struct Members<E> {
    pub(super) runtime: Runtime,
    pub(super) key: Key,
    /// The group itself.
    pub(super) who: Who,
    pub(super) on_failure: OnFailure,
    /// `usize::MAX` for none.
    pub(super) limit: usize,
    pub(super) collector: Arc<Collector>,
    /// What goes along into the children.
    pub(super) carried: Arc<Carried>,
    pub(super) text: fn(&E) -> String,
    /// Places that became free.
    pub(super) room: Notify,
    pub(super) is_cancelling: AtomicBool,
    pub(super) state: Mutex<State<E>>,
}

pub(super) struct State<E> {
    pub(super) phase: Phase,
    pub(super) all: Arena<Member>,
    /// Of those, how many have a place.
    pub(super) running: usize,
    /// Those that wait for a place; some may be gone.
    pub(super) queue: VecDeque<(u32, TaskId)>,
    pub(super) finished: u64,
    pub(super) errors: Vec<ChildError<E>>,
    pub(super) panicked: Option<(Who, Box<dyn Any + Send>)>,
    /// What children have left behind that have ended by themselves.
    pub(super) scope: Scope,
    /// Those that were cancelled.
    pub(super) stops: Vec<Arc<Outstanding>>,
    /// The group, when it waits.
    pub(super) owner: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Open,
    /// Takes no more children, and cancels those that it has. Whether that is for a failure.
    Cancelling {
        has_failed: bool,
    },
    /// The group has returned, or is gone.
    Over,
}

/// What a group is given.
pub(super) struct Setting {
    pub(super) runtime: Runtime,
    pub(super) key: Key,
    pub(super) who: Who,
    pub(super) on_failure: OnFailure,
    pub(super) limit: usize,
}

/// What has to be done without the lock.
#[derive(Default)]
pub(super) struct Then {
    pub(super) wakers: Vec<Waker>,
    pub(super) has_room: bool,
}

impl<E> Members<E> {
    pub(super) fn new(setting: Setting, collector: Arc<Collector>, carried: Arc<Carried>, text: fn(&E) -> String) -> Self {
        let Setting { runtime, key, who, on_failure, limit } = setting;
        let state = State {
            phase: Phase::Open,
            // Groups come and go: so the small ones need no memory of their own for this.
            all: Arena::with_spare(SPARE.try_with(Cell::take).ok().flatten()),
            running: 0,
            queue: VecDeque::new(),
            finished: 0,
            errors: Vec::new(),
            panicked: None,
            scope: Scope::new(),
            stops: Vec::new(),
            owner: None,
        };
        let state = Mutex::new(state);
        let (room, is_cancelling) = (Notify::new(), AtomicBool::new(false));
        Self { runtime, key, who, on_failure, limit, collector, carried, text, room, is_cancelling, state }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn then(&self, then: Then) {
        let Then { wakers, has_room } = then;
        if has_room {
            self.room.notify_one();
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Whether it takes children.
    pub(super) fn is_open(&self) -> bool {
        self.state().phase == Phase::Open
    }

    /// Whether those that are in it have to stop.
    #[inline]
    pub(super) fn is_cancelling(&self) -> bool {
        self.is_cancelling.load(Ordering::Acquire)
    }

    /// Whom to wake when a child fails, or the last one ends.
    pub(super) fn set_owner(&self, waker: &Waker) {
        let mut state = self.state();
        if state.owner.as_ref().is_some_and(|owner| owner.will_wake(waker)) {
            return;
        }
        let old = state.owner.replace(waker.clone());
        drop(state);
        drop(old);
    }

    /// What children have left behind that have ended by themselves.
    pub(super) fn take_left(&self, scope: &mut Scope) {
        let mut state = self.state();
        let left = take(&mut state.scope);
        drop(state);
        scope.append(left);
    }

    /// Who is in it and how many have left, and the phase.
    pub(super) fn seen(&self) -> (Vec<Who>, u64, Phase) {
        let mut state = self.state();
        let who = state.all.iter_mut().map(|member| member.who()).collect();
        (who, state.finished, state.phase)
    }

    /// The group has ended: it is listed as long as one of its children lives.
    pub(super) fn unlist(&self) {
        if self.len() == 0 {
            drop(self.key.remove());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.state().all.len()
    }
}

impl<E> Drop for Members<E> {
    fn drop(&mut self) {
        drop(self.key.remove());
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let all = std::mem::replace(&mut state.all, Arena::new());
        // A thread that is at its end keeps none.
        let _ = SPARE.try_with(|spare| spare.set(all.into_spare()));
    }
}
