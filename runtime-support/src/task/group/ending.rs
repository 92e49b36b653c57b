//! What happens when a child ends, or the group.

use std::mem::take;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::OnFailure;
use super::failures::Failure;
use super::members::{Members, Phase, State, Then};
use super::seats::Member;
use crate::scope::{Carried, Outstanding, Scope, finish_behind};
use crate::task::who::TaskId;

impl<E> Members<E> {
    /// A child is gone, with what it has left behind. Gives what waits for that, if somebody does.
    pub(super) fn leave(&self, seat: u32, id: TaskId, failure: Option<Failure<E>>, scope: Scope) -> Option<Arc<Outstanding>> {
        let mut then = Then::default();
        let mut unwanted = None;
        let mut state = self.state();
        let Member { has_place: had_place, more, waker, .. } = state.all.remove(seat, |member| member.id == id)?;
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

    pub(super) fn cancel_all(&self, state: &mut State<E>, has_failed: bool, then: &mut Then) {
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

    /// Those that were cancelled.
    pub(super) fn take_stops(&self, scope: &mut Scope) {
        let stops = take(&mut self.state().stops);
        stops.into_iter().filter(|stop| !stop.is_over()).for_each(|stop| scope.add(stop));
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
}
