//! The seats of the children: who has one, and who waits for a place.

use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};

use tokio::runtime::Id;
use tokio::time::Instant;

use super::members::{Members, Phase, State, Then};
use crate::scope::Outstanding;
use crate::task::list::{More, Seats, Seen};
use crate::task::tree::TaskKind;
use crate::task::who::{Name, TaskId, Who};

pub(super) struct Member {
    pub(super) id: TaskId,
    pub(super) of_type: &'static str,
    pub(super) site: &'static Location<'static>,
    /// When it began to wait, or was first listed.
    pub(super) since: Option<Instant>,
    /// Whom to wake when it has a place or is cancelled; there while it waits.
    pub(super) waker: Option<Waker>,
    pub(super) has_place: bool,
    /// Somebody waits for its end.
    pub(super) is_stopping: bool,
    /// Its handle is gone.
    pub(super) is_unwanted: bool,
    pub(super) more: Option<Box<More>>,
}

impl Member {
    pub(super) fn who(&self) -> Who {
        Who { id: self.id, name: More::name(self.more.as_deref(), self.of_type), site: self.site }
    }

    pub(super) fn stop(&mut self, runtime: Id) -> Arc<Outstanding> {
        let who = self.who();
        More::stop(&mut self.more, &who, runtime)
    }
}

impl<E> Members<E> {
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
}

impl<E> State<E> {
    pub(super) fn member(&mut self, seat: u32, id: TaskId) -> Option<&mut Member> {
        self.all.get_mut(seat).filter(|member| member.id == id)
    }

    /// The line of those that wait for a place does not grow by those that are gone.
    pub(super) fn forget_those_that_are_gone(&mut self) {
        let waiting = self.all.len() - self.running;
        if self.queue.len() > 2 * waiting + 16 {
            let Self { queue, all, .. } = self;
            queue.retain(|(seat, id)| all.get_mut(*seat).is_some_and(|member| member.id == *id));
            queue.shrink_to(2 * waiting + 16);
        }
    }

    /// Gives free places to those that wait, in order.
    pub(super) fn grant(&mut self, limit: usize, then: &mut Then) {
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
