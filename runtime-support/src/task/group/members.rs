//! Who is in a group, what they share, and what happens when one ends.

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::mem::take;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use tokio::runtime::{Handle as Runtime, Id};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::OnFailure;
use super::error::ChildError;
use crate::report::{Collector, Report, shown, tell};
use crate::scope::{Carried, Outstanding, Scope, finish_behind};
use crate::task::arena::{Arena, Spare};
use crate::task::ended;
use crate::task::list::{Key, More, Seats, Seen};
use crate::task::tree::TaskKind;
use crate::task::who::{Name, TaskId, Who};

thread_local! {
    /// What the last group on this thread has left for the next one.
    static SPARE: Cell<Option<Spare<Member>>> = const { Cell::new(None) };
}

/// What a group, its handles and its children share.
pub(super) struct Members<E> {
    pub(super) runtime: Runtime,
    pub(super) key: Key,
    /// The group itself.
    who: Who,
    pub(super) on_failure: OnFailure,
    /// `usize::MAX` for none.
    pub(super) limit: usize,
    pub(super) collector: Arc<Collector>,
    /// What goes along into the children.
    pub(super) carried: Arc<Carried>,
    text: fn(&E) -> String,
    /// Places that became free.
    room: Notify,
    is_cancelling: AtomicBool,
    state: Mutex<State<E>>,
}

struct State<E> {
    phase: Phase,
    all: Arena<Member>,
    /// Of those, how many have a place.
    running: usize,
    /// Those that wait for a place; some may be gone.
    queue: VecDeque<(u32, TaskId)>,
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
    id: TaskId,
    of_type: &'static str,
    site: &'static Location<'static>,
    /// When it began to wait, or was first listed.
    since: Option<Instant>,
    /// Whom to wake when it has a place or is cancelled; there while it waits.
    waker: Option<Waker>,
    has_place: bool,
    /// Somebody waits for its end.
    is_stopping: bool,
    /// Its handle is gone.
    is_unwanted: bool,
    more: Option<Box<More>>,
}

impl Member {
    fn who(&self) -> Who {
        Who { id: self.id, name: More::name(self.more.as_deref(), self.of_type), site: self.site }
    }

    fn stop(&mut self, runtime: Id) -> Arc<Outstanding> {
        let who = self.who();
        More::stop(&mut self.more, &who, runtime)
    }
}

/// Why a child has ended.
pub(super) enum Failure<E> {
    Error(ChildError<E>),
    Panic(Who, Box<dyn Any + Send>),
}

/// What has to be done without the lock.
#[derive(Default)]
struct Then {
    wakers: Vec<Waker>,
    has_room: bool,
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

    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn then(&self, then: Then) {
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

    /// Takes one in: its seat, and whether it has a place. Nothing if the group takes no more.
    pub(super) fn join(&self, id: TaskId, name: &Name, site: &'static Location<'static>) -> Option<(u32, bool)> {
        let (of_type, more) = More::of(name);
        let mut state = self.state();
        if state.phase != Phase::Open {
            return None;
        }
        let has_place = state.running < self.limit;
        let member =
            Member { id, of_type, site, since: None, waker: None, has_place, is_stopping: false, is_unwanted: false, more };
        let seat = state.all.insert(member);
        if has_place {
            state.running += 1;
        } else {
            state.queue.push_back((seat, id));
        }
        Some((seat, has_place))
    }

    /// Waits for the place of a child, or its end.
    pub(super) fn poll_place(&self, seat: u32, id: TaskId, waker: &Waker) -> Poll<()> {
        let mut state = self.state();
        let is_open = state.phase == Phase::Open;
        match state.member(seat, id) {
            Some(member) if is_open && !member.has_place => {
                let old = member.waker.replace(waker.clone());
                drop(state);
                drop(old);
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }

    /// A child has been polled and has not ended. Whether it was cancelled meanwhile.
    pub(super) fn waits(&self, seat: u32, id: TaskId, waker: &Waker) -> bool {
        let now = Instant::now();
        let mut state = self.state();
        if state.phase != Phase::Open {
            return true;
        }
        let Some(member) = state.member(seat, id) else { return false };
        member.since = Some(now);
        let old = member.waker.replace(waker.clone());
        drop(state);
        drop(old);
        false
    }

    /// Whether nobody will look at the output of a child.
    pub(super) fn is_unwanted(&self, seat: u32, id: TaskId) -> bool {
        self.state().member(seat, id).is_some_and(|member| member.is_unwanted)
    }

    /// Who a child is.
    pub(super) fn who(&self, seat: u32, id: TaskId) -> Option<Who> {
        self.state().member(seat, id).map(|member| member.who())
    }

    /// The same before it has left.
    #[cold]
    pub(super) fn is_who(&self, seat: u32, id: TaskId) -> Who {
        self.who(seat, id).expect("it has its seat until it leaves")
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

    /// A child is gone, with what it has left behind. Gives what waits for that, if somebody does.
    pub(super) fn leave(&self, seat: u32, id: TaskId, failure: Option<Failure<E>>, scope: Scope) -> Option<Arc<Outstanding>> {
        let mut then = Then::default();
        let mut unwanted = None;
        let mut state = self.state();
        let left = state
            .all
            .remove(seat, |member| (member.id == id).then(|| (member.has_place, member.more.take(), member.waker.take())));
        let (had_place, more, waker) = left?;
        state.running -= usize::from(had_place);
        state.finished += 1;
        if !had_place {
            state.forget_those_that_are_gone();
        }
        let stop = more.and_then(|mut more| more.stop.take());
        let scope = match stop {
            Some(_) => scope,
            None => {
                state.scope.append(scope);
                Scope::new()
            }
        };
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
        if !state.queue.is_empty() {
            state.grant(self.limit, &mut then);
        }
        if state.all.is_empty() || state.phase != Phase::Open {
            then.wakers.extend(state.owner.take());
        }
        let is_last = state.phase == Phase::Over && state.all.is_empty();
        then.has_room |= self.limit != usize::MAX && state.all.len() < self.limit;
        drop(state);
        drop(waker);
        // Before anybody hears that it is gone.
        if let Some(failure) = unwanted {
            self.report(failure);
        }
        if is_last {
            drop(self.key.remove());
        }
        if let Some(stop) = stop.clone() {
            Carried::within(&mut Some(self.carried.clone()), || finish_behind(stop, scope));
        }
        self.then(then);
        stop
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
        then.has_room = true;
        self.is_cancelling.store(true, Ordering::Release);
        let State { all, stops, .. } = state;
        for member in all.iter_mut() {
            then.wakers.extend(member.waker.take());
            if !member.is_stopping {
                member.is_stopping = true;
                stops.push(member.stop(self.runtime.id()));
            }
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

    /// Those that were cancelled.
    pub(super) fn take_stops(&self, scope: &mut Scope) {
        let stops = take(&mut self.state().stops);
        stops.into_iter().filter(|stop| !stop.is_over()).for_each(|stop| scope.add(stop));
    }

    /// What children have left behind that have ended by themselves.
    pub(super) fn take_left(&self, scope: &mut Scope) {
        let mut state = self.state();
        let left = take(&mut state.scope);
        drop(state);
        scope.append(left);
    }

    /// Ends the group if nobody is left, and nobody has failed or was cancelled by it. Whether it has.
    pub(super) fn end_well(&self) -> bool {
        let mut state = self.state();
        let is_well = state.phase == Phase::Open && state.all.is_empty();
        if is_well {
            state.phase = Phase::Over;
        }
        is_well
    }

    /// Ends the group that is cancelled, if those that are left are given up. Whether it has.
    pub(super) fn end(&self) -> bool {
        let mut state = self.state();
        let is_over = state.stops.is_empty() && state.all.iter_mut().all(|member| member.is_stopping);
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
        let text = shown(|| (self.text)(error.error()));
        match error.who() {
            Some(who) => ended::failed(who, &text),
            None => ended::failed(&self.who, &text),
        }
    }

    /// A panic of the body that goes on nowhere.
    pub(super) fn report_panic(&self, payload: &(dyn Any + Send)) {
        ended::panicked(&self.who, payload);
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
    pub(super) who: Who,
    pub(super) on_failure: OnFailure,
    pub(super) limit: usize,
}

impl<E> State<E> {
    fn member(&mut self, seat: u32, id: TaskId) -> Option<&mut Member> {
        self.all.get_mut(seat).filter(|member| member.id == id)
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

    /// The line of those that wait for a place does not grow by those that are gone.
    fn forget_those_that_are_gone(&mut self) {
        let waiting = self.all.len() - self.running;
        if self.queue.len() > 2 * waiting + 16 {
            let Self { queue, all, .. } = self;
            queue.retain(|(seat, id)| all.get_mut(*seat).is_some_and(|member| member.id == *id));
            queue.shrink_to(2 * waiting + 16);
        }
    }

    /// Gives free places to those that wait, in order.
    fn grant(&mut self, limit: usize, then: &mut Then) {
        while self.running < limit {
            let Some((seat, id)) = self.queue.pop_front() else { return };
            let Some(member) = self.member(seat, id) else { continue };
            member.has_place = true;
            then.wakers.extend(member.waker.take());
            self.running += 1;
        }
    }
}

impl<E: Send> Seats for Members<E> {
    fn list(&self, seen: &mut Vec<Seen>) {
        let now = Instant::now();
        let parent = Some(self.key.id());
        seen.extend(self.state().all.iter_mut().map(|member| Seen {
            who: member.who(),
            kind: TaskKind::Child,
            parent,
            since: *member.since.get_or_insert(now),
        }));
    }

    fn stop(&self, seat: u32, id: TaskId) -> Option<Arc<Outstanding>> {
        let mut state = self.state();
        let State { all, stops, .. } = &mut *state;
        let member = all.get_mut(seat).filter(|member| member.id == id)?;
        let stop = member.stop(self.runtime.id());
        if !std::mem::replace(&mut member.is_stopping, true) {
            // The group waits for it as well.
            stops.retain(|stop| !stop.is_over());
            stops.push(stop.clone());
        }
        Some(stop)
    }

    fn give_up_output(&self, seat: u32, id: TaskId) {
        if let Some(member) = self.state().member(seat, id) {
            member.is_unwanted = true;
        }
    }

    fn lives(&self, seat: u32, id: TaskId) -> bool {
        self.state().member(seat, id).is_some()
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
