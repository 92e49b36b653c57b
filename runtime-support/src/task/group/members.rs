//! Who is in a group, what they share, and what happens when one ends.

use std::any::Any;
use std::collections::VecDeque;
use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use slab::Slab;
use tokio::runtime::Handle as Runtime;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::OnFailure;
use super::error::ChildError;
use crate::report::{Collector, Report, tell};
use crate::scope::{Outstanding, Scope};
use crate::task::ended;
use crate::task::list::Key;
use crate::task::running::Leash;
use crate::task::who::Who;

/// What a group, its handles and its children share.
pub(super) struct Members<E> {
    pub(super) runtime: Runtime,
    pub(super) key: Key,
    pub(super) on_failure: OnFailure,
    /// `usize::MAX` for none.
    pub(super) limit: usize,
    pub(super) collector: Arc<Collector>,
    /// What goes along into the children.
    pub(super) leash: Arc<Leash>,
    text: fn(&E) -> String,
    /// Places that became free.
    room: Notify,
    state: Mutex<State<E>>,
}

struct State<E> {
    phase: Phase,
    all: Slab<Member>,
    /// Of those, how many have a place.
    running: usize,
    /// Those that wait for a place; some may be gone.
    queue: VecDeque<(usize, Key)>,
    finished: u64,
    errors: Vec<ChildError<E>>,
    panicked: Option<(Who, Box<dyn Any + Send>)>,
    /// What children have left behind that have ended by themselves.
    scope: Scope,
    /// Those that were cancelled.
    stops: Vec<Arc<Outstanding>>,
    /// The group, when it waits.
    owner: Option<Waker>,
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

struct Member {
    key: Key,
    /// Comes behind the start.
    abort: Option<AbortHandle>,
    place: Place,
    /// Somebody waits for its end.
    is_stopping: bool,
}

enum Place {
    Taken,
    /// It waits for one, and knows whom to wake.
    Wanted(Option<Waker>),
}

/// Why a child has ended.
pub(super) enum Failure<E> {
    Error(ChildError<E>),
    Panic(Who, Box<dyn Any + Send>),
}

/// What has to be done without the lock.
#[derive(Default)]
struct Then {
    aborts: Vec<AbortHandle>,
    wakers: Vec<Waker>,
    has_room: bool,
}

impl<E> Members<E> {
    pub(super) fn new(setting: Setting, collector: Arc<Collector>, leash: Arc<Leash>, text: fn(&E) -> String) -> Self {
        let Setting { runtime, key, on_failure, limit } = setting;
        let state = State {
            phase: Phase::Open,
            all: Slab::new(),
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
        Self { runtime, key, on_failure, limit, collector, leash, text, room: Notify::new(), state }
    }

    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn then(&self, then: Then) {
        let Then { aborts, wakers, has_room } = then;
        aborts.iter().for_each(AbortHandle::abort);
        if has_room {
            self.room.notify_one();
        }
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Whether it takes children.
    pub(super) fn is_open(&self) -> bool {
        self.state().phase == Phase::Open
    }

    /// Takes one in. Whether it has a place, or else nothing if the group takes no more.
    pub(super) fn join(&self, key: Key) -> Option<(usize, bool)> {
        let mut state = self.state();
        if state.phase != Phase::Open {
            return None;
        }
        let has_place = state.running < self.limit;
        let place = if has_place { Place::Taken } else { Place::Wanted(None) };
        let slot = state.all.insert(Member { key, abort: None, place, is_stopping: false });
        if has_place {
            state.running += 1;
        } else {
            state.queue.push_back((slot, key));
        }
        Some((slot, has_place))
    }

    /// It is a task now.
    pub(super) fn started(&self, slot: usize, key: Key, abort: AbortHandle) {
        let mut state = self.state();
        let is_open = state.phase == Phase::Open;
        let Some(member) = state.member(slot, key) else { return };
        if is_open {
            member.abort = Some(abort);
            return;
        }
        // It was cancelled meanwhile.
        drop(state);
        abort.abort();
    }

    /// Waits for the place of a child.
    pub(super) fn poll_place(&self, slot: usize, key: Key, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state();
        let Some(Member { place: Place::Wanted(waker), .. }) = state.member(slot, key) else { return Poll::Ready(()) };
        let old = waker.replace(cx.waker().clone());
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// Waits until a child that is spawned would have a place at once. Where the group takes no more children it does not wait.
    pub(super) async fn room(&self) {
        loop {
            let has_room = self.room.notified();
            {
                let state = self.state();
                if state.phase != Phase::Open || state.all.len() < self.limit {
                    break;
                }
            }
            has_room.await;
        }
        // Whoever else waits may find room as well.
        self.room.notify_one();
    }

    /// A child is gone, with what it has left behind.
    pub(super) fn leave(&self, slot: usize, key: Key, failure: Option<Failure<E>>, scope: Scope) {
        let mut then = Then::default();
        let mut unwanted = None;
        let mut state = self.state();
        if state.member(slot, key).is_some() {
            let member = state.all.remove(slot);
            if let Place::Taken = member.place {
                state.running -= 1;
            }
            state.finished += 1;
        }
        if !scope.is_empty() {
            state.scope.append(scope);
        }
        if let Some(failure) = failure {
            if state.phase == Phase::Over {
                unwanted = Some(failure);
            } else {
                unwanted = state.add(failure);
                if self.on_failure == OnFailure::Cancel {
                    self.cancel_all(&mut state, true, &mut then);
                }
            }
        }
        state.grant(self.limit, &mut then);
        if state.all.is_empty() || state.phase != Phase::Open {
            then.wakers.extend(state.owner.take());
        }
        then.has_room = state.all.len() < self.limit;
        drop(state);
        self.then(then);
        if let Some(failure) = unwanted {
            self.report(failure);
        }
    }

    /// Cancels everybody, and takes no more.
    pub(super) fn cancel(&self, has_failed: bool) {
        let mut then = Then { has_room: true, ..Then::default() };
        let mut state = self.state();
        self.cancel_all(&mut state, has_failed, &mut then);
        then.wakers.extend(state.owner.take());
        drop(state);
        self.then(then);
    }

    fn cancel_all(&self, state: &mut State<E>, has_failed: bool, then: &mut Then) {
        match &mut state.phase {
            Phase::Over => return,
            Phase::Cancelling { has_failed: before } if *before || !has_failed => return,
            phase => *phase = Phase::Cancelling { has_failed },
        }
        if has_failed {
            self.collector.start();
        }
        let State { all, stops, .. } = state;
        for (_, member) in all.iter_mut().filter(|(_, member)| !member.is_stopping) {
            member.is_stopping = true;
            stops.extend(member.key.stop(self.runtime.id()));
            then.aborts.extend(member.abort.take());
        }
    }

    /// The body has failed.
    pub(super) fn fail(&self, error: E) {
        let mut then = Then::default();
        let mut state = self.state();
        state.errors.push(ChildError::of_body(error));
        if self.on_failure == OnFailure::Cancel {
            self.cancel_all(&mut state, true, &mut then);
        }
        drop(state);
        self.then(then);
    }

    /// The body has panicked.
    pub(super) fn panicked(&self) {
        if self.on_failure == OnFailure::Cancel {
            self.cancel(true);
        }
    }

    /// Whether it is cancelled for a failure.
    pub(super) fn has_failed(&self) -> bool {
        self.state().phase == Phase::Cancelling { has_failed: true }
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

    /// What has to be waited for after a failure or a cancellation.
    pub(super) fn take_stops(&self, scope: &mut Scope) {
        let mut state = self.state();
        take(&mut state.stops).into_iter().for_each(|stop| scope.add(stop));
        let left = take(&mut state.scope);
        drop(state);
        scope.append(left);
    }

    /// Ends the group if nobody is left, or those that are left are given up. Whether it has ended.
    pub(super) fn end(&self) -> bool {
        let mut state = self.state();
        let is_over = match state.phase {
            Phase::Open => state.all.is_empty(),
            Phase::Cancelling { .. } => state.stops.is_empty() && state.all.iter().all(|(_, member)| member.is_stopping),
            Phase::Over => true,
        };
        if is_over {
            state.phase = Phase::Over;
        }
        is_over
    }

    /// The group is gone before its end.
    pub(super) fn abandon(&self) {
        self.cancel(false);
        self.state().phase = Phase::Over;
        self.room.notify_one();
    }

    /// What came up, at the end.
    pub(super) fn take_failures(&self) -> Failures<E> {
        let mut state = self.state();
        let (errors, panicked) = (take(&mut state.errors), state.panicked.take());
        drop(state);
        Failures { errors, panicked, clean_ups: self.collector.end() }
    }

    /// A failure that the group's end does not tell.
    fn report(&self, failure: Failure<E>) {
        match failure {
            Failure::Error(error) => self.report_error(&error),
            Failure::Panic(who, payload) => ended::panicked(&who, &*payload),
        }
    }

    fn report_error(&self, error: &ChildError<E>) {
        let text = (self.text)(error.error());
        match error.who() {
            Some(who) => ended::failed(who, text),
            None => {
                if let Some(who) = self.key.who() {
                    ended::failed(&who, text);
                }
            }
        }
    }

    /// A panic of the body that goes on nowhere.
    pub(super) fn report_panic(&self, payload: &(dyn Any + Send)) {
        if let Some(who) = self.key.who() {
            ended::panicked(&who, payload);
        }
    }

    /// Who is in it and how many have left, and the phase.
    pub(super) fn seen(&self) -> (Vec<Who>, u64, Phase) {
        let state = self.state();
        let keys: Vec<Key> = state.all.iter().map(|(_, member)| member.key).collect();
        let (finished, phase) = (state.finished, state.phase);
        drop(state);
        (keys.into_iter().filter_map(Key::who).collect(), finished, phase)
    }

    pub(super) fn len(&self) -> usize {
        self.state().all.len()
    }
}

/// What came up in a group.
pub(super) struct Failures<E> {
    pub(super) errors: Vec<ChildError<E>>,
    pub(super) panicked: Option<(Who, Box<dyn Any + Send>)>,
    pub(super) clean_ups: Vec<Report>,
}

impl<E> Failures<E> {
    /// Nobody gets them.
    pub(super) fn report(self, members: &Members<E>) {
        self.errors.iter().for_each(|error| members.report_error(error));
        if let Some((who, payload)) = self.panicked {
            ended::panicked(&who, &*payload);
        }
        self.clean_ups.iter().for_each(tell);
    }
}

/// What a group is given.
pub(super) struct Setting {
    pub(super) runtime: Runtime,
    pub(super) key: Key,
    pub(super) on_failure: OnFailure,
    pub(super) limit: usize,
}

impl<E> State<E> {
    fn member(&mut self, slot: usize, key: Key) -> Option<&mut Member> {
        self.all.get_mut(slot).filter(|member| member.key == key)
    }

    /// Keeps a failure; gives back a panic that is not the first.
    fn add(&mut self, failure: Failure<E>) -> Option<Failure<E>> {
        match failure {
            Failure::Error(error) => self.errors.push(error),
            Failure::Panic(who, payload) if self.panicked.is_none() => self.panicked = Some((who, payload)),
            second @ Failure::Panic(..) => return Some(second),
        }
        None
    }

    /// Gives free places to those that wait, in order.
    fn grant(&mut self, limit: usize, then: &mut Then) {
        while self.running < limit {
            let Some((slot, key)) = self.queue.pop_front() else { return };
            let Some(member) = self.member(slot, key) else { continue };
            if let Place::Wanted(waker) = std::mem::replace(&mut member.place, Place::Taken) {
                then.wakers.extend(waker);
                self.running += 1;
            }
        }
    }
}

impl<E> Drop for Members<E> {
    fn drop(&mut self) {
        self.key.drop_entry();
    }
}
