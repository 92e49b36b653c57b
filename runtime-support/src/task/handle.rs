//! The common part of `Task` and `Child`.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use tokio::runtime::Id;
use tokio::task::{JoinError, JoinHandle, coop};

use super::ended::Ended;
use super::error::TaskError;
use super::list::{self, Key, Seats};
use super::who::{Name, Who};
use crate::scope::{Outstanding, Scope};

/// Who it is, and the way to its end.
pub(super) struct Handle<T> {
    join: Join<T>,
    pub(super) who: Who,
    on: On,
}

/// The list on which it stands.
pub(super) enum On {
    List(Key, Id),
    Group(Arc<dyn Seats>, u32),
    /// It was never started.
    None,
}

enum Join<T> {
    Running(JoinHandle<Ended<T>>),
    /// It has ended, and nobody has looked.
    Ended(Box<Result<Ended<T>, JoinError>>),
    Refused,
    /// Somebody has looked, or has the handle now.
    Taken,
}

impl<T> Handle<T> {
    pub(super) fn new(join: JoinHandle<Ended<T>>, who: Who, on: On) -> Self {
        Self { join: Join::Running(join), who, on }
    }

    /// That of one that was never started.
    pub(super) fn refused(who: Who) -> Self {
        Self { join: Join::Refused, who, on: On::None }
    }

    pub(super) fn rename(&mut self, name: Name) {
        if let On::List(key, _) = self.on {
            key.rename(&name);
        }
        self.who.name = name;
        if let Join::Ended(ended) = &mut self.join {
            rename(ended, &self.who);
        }
    }

    /// Leaves something for the task. Whether it lives.
    pub(super) fn detach(&self, judge: Box<dyn Any + Send>) -> bool {
        matches!(self.on, On::List(key, _) if key.detach(judge))
    }

    pub(super) fn is_finished(&self) -> bool {
        match &self.join {
            Join::Running(join) => join.is_finished(),
            Join::Ended(_) | Join::Refused | Join::Taken => true,
        }
    }

    /// Whether its future is still there.
    pub(super) fn lives(&self) -> bool {
        match &self.on {
            On::List(key, _) => key.who().is_some(),
            On::Group(seats, seat) => seats.lives(*seat, self.who.id),
            On::None => false,
        }
    }

    /// Whether its end is known here.
    pub(super) fn has_ended(&self) -> bool {
        !matches!(self.join, Join::Running(_))
    }

    /// Whether its end was looked at.
    #[inline]
    pub(super) fn is_taken(&self) -> bool {
        matches!(self.join, Join::Taken)
    }

    /// Waits for the end, and keeps it.
    pub(super) fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Join::Running(join) = &mut self.join {
            let ended = ready!(Pin::new(join).poll(cx));
            self.keep(ended);
        }
        Poll::Ready(())
    }

    fn keep(&mut self, mut ended: Result<Ended<T>, JoinError>) {
        rename(&mut ended, &self.who);
        self.join = Join::Ended(Box::new(ended));
    }

    /// The same, without waiting.
    pub(super) fn look(&mut self) -> bool {
        if !self.is_finished() {
            return false;
        }
        let mut cx = Context::from_waker(Waker::noop());
        // Looking costs nothing of the caller's budget.
        let polled = pin!(coop::unconstrained(std::future::poll_fn(|cx| self.poll_ended(cx)))).poll(&mut cx);
        polled.is_ready()
    }

    /// Behind `poll_ended`: what is not over yet of one that its group has cancelled before.
    pub(super) fn still_stopping(&mut self) -> Option<Arc<Outstanding>> {
        let Join::Ended(ended) = &mut self.join else { return None };
        let Ok(Ended::Cancelled(stop)) = &mut **ended else { return None };
        stop.take().filter(|stop| !stop.is_over())
    }

    /// What it has ended with, behind `poll_ended`.
    pub(super) fn take(&mut self) -> Result<T, TaskError> {
        match std::mem::replace(&mut self.join, Join::Taken) {
            Join::Ended(ended) => match *ended {
                Ok(ended) => ended.into_result(&self.who),
                // In a destructor that ran outside of everything that catches it.
                Err(error) if error.is_panic() => Err(TaskError::panicked(self.who.clone(), error.into_panic())),
                Err(_) => Err(TaskError::cancelled(self.who.clone())),
            },
            Join::Refused => Err(TaskError::refused(self.who.clone())),
            Join::Running(_) => unreachable!("it is taken behind its end"),
            Join::Taken => panic!("the task {} was polled after it had given its output", self.who),
        }
    }

    /// The same where the output is not wanted.
    pub(super) fn into_error(mut self) -> TaskError {
        self.join = match self.join {
            Join::Ended(ended) => match *ended {
                Ok(Ended::Failed(failed)) => return TaskError::failed_in_group(self.who, failed.1.into_message()),
                ended => Join::Ended(Box::new(ended)),
            },
            join => join,
        };
        match self.take() {
            Ok(_) => TaskError::never_ready(self.who),
            Err(error) => error,
        }
    }

    #[inline]
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, TaskError>> {
        if let Join::Running(join) = &mut self.join {
            match ready!(Pin::new(join).poll(cx)) {
                Ok(Ended::Output(output)) => {
                    self.join = Join::Taken;
                    return Poll::Ready(Ok(output));
                }
                ended => self.keep(ended),
            }
        }
        Poll::Ready(self.take())
    }

    /// Whether it has failed, where it has ended; one that was cancelled has not.
    pub(super) fn is_failure(&self, judge: fn(&T) -> bool) -> bool {
        match &self.join {
            Join::Ended(ended) => match &**ended {
                Ok(ended) => ended.is_failure(judge),
                Err(error) => error.is_panic(),
            },
            Join::Running(_) | Join::Refused | Join::Taken => false,
        }
    }

    /// Cancels it. `scope` waits until it is gone, with the clean-ups in it.
    pub(super) fn cancel(&self, scope: &mut Scope) {
        let Join::Running(join) = &self.join else { return };
        let stop = match &self.on {
            On::List(key, runtime) => key.stop(*runtime),
            On::Group(seats, seat) => seats.stop(*seat, self.who.id),
            On::None => None,
        };
        // Nobody waits for itself.
        if let Some(stop) = stop.filter(|_| !list::is_current(self.who.id)) {
            scope.add(stop);
        }
        join.abort();
    }

    /// Nobody will look at its output.
    pub(super) fn give_up_output(&self) {
        if let (Join::Running(_), On::Group(seats, seat)) = (&self.join, &self.on) {
            seats.give_up_output(*seat, self.who.id);
        }
    }

    /// Lets it run on without a handle.
    pub(super) fn into_join(self) -> Option<JoinHandle<Ended<T>>> {
        match self.join {
            Join::Running(join) => Some(join),
            Join::Ended(_) | Join::Refused | Join::Taken => None,
        }
    }
}

/// It may have been given its name behind its end.
fn rename<T>(ended: &mut Result<Ended<T>, JoinError>, who: &Who) {
    if let Ok(ended) = ended {
        ended.rename(who);
    }
}

impl<T> Handle<T> {
    pub(super) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.join {
            Join::Running(join) if !join.is_finished() => "running",
            Join::Refused => "refused",
            Join::Running(_) | Join::Ended(_) | Join::Taken => "finished",
        };
        let mut shown = f.debug_struct(name);
        if let Some(given) = self.who.name.given() {
            shown.field("name", &given);
        }
        let (id, site) = (format_args!("{}", self.who.id), format_args!("{}", self.who.site));
        shown.field("id", &id).field("site", &site).field("state", &format_args!("{state}")).finish()
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_as("Handle", f)
    }
}
