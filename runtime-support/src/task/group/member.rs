//! The future of a child.

use std::any::Any;
use std::future::Future;
use std::mem::needs_drop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::OnFailure;
use super::error::ChildError;
use super::failures::Failure;
use super::members::Members;
use crate::report::panic_message;
use crate::scope::Outstanding;
use crate::task::ended::{self, Ended, Unseen};
use crate::task::error::TaskError;
use crate::task::outcome::Outcome;
use crate::task::running::{Left, Polled, Running};
use crate::task::who::{TaskId, Who};

pin_project! {
    /// A child on its way. It leaves its group when its future is gone.
    pub(super) struct Member<F, E> {
        #[pin]
        running: Running<F>,
        members: Arc<Members<E>>,
        id: TaskId,
        seat: u32,
        has_place: bool,
    }

    impl<F, E> PinnedDrop for Member<F, E> {
        fn drop(this: Pin<&mut Self>) {
            if !this.running.has_left() {
                this.stop();
            }
        }
    }
}

impl<F: Future, E> Member<F, E> {
    pub(super) fn new(running: Running<F>, id: TaskId, (seat, has_place): (u32, bool), members: Arc<Members<E>>) -> Self {
        Self { running, members, id, seat, has_place }
    }
}

impl<F, E> Member<F, E> {
    /// Ends before its own end.
    fn stop(self: Pin<&mut Self>) -> Option<Arc<Outstanding>> {
        let mut this = self.project();
        let Left { scope, panicked } = this.running.as_mut().leave(*this.id)?;
        let (members, seat, id) = (this.members, *this.seat, *this.id);
        let panicked = panicked.and_then(|payload| Some((members.who(seat, id)?, payload)));
        let failure = match panicked {
            Some((who, payload)) if members.on_failure == OnFailure::Ignore => {
                ended::panicked(&who, &*payload);
                None
            }
            panicked => panicked.map(|(who, payload)| Failure::Panic(who, payload)),
        };
        members.leave(seat, id, failure, scope)
    }
}

impl<F, E> Future for Member<F, E>
where
    F: Future,
    F::Output: Outcome<E>,
{
    type Output = Ended<F::Output>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.as_mut().project();
        let (members, seat, id) = (&**this.members, *this.seat, *this.id);
        if !*this.has_place && !members.is_cancelling() {
            ready!(members.poll_place(seat, id, cx.waker()));
            *this.has_place = true;
        }
        if members.is_cancelling() {
            return Poll::Ready(Ended::Cancelled(self.stop()));
        }
        match this.running.as_mut().poll(id, cx) {
            Polled::Returned(output, left) => Poll::Ready(self.returned(output, left)),
            Polled::Panicked(payload) => {
                let Some(left) = self.as_mut().project().running.leave(id) else { unreachable!("a task ends once") };
                Poll::Ready(self.panicked(payload, left))
            }
            Polled::Pending => {
                // Nobody knows it before, and nobody could wake it.
                if this.running.begins_to_wait() && members.waits(seat, id, cx.waker()) {
                    return Poll::Ready(Ended::Cancelled(self.stop()));
                }
                Poll::Pending
            }
        }
    }
}

impl<F, E> Member<F, E>
where
    F: Future,
    F::Output: Outcome<E>,
{
    #[inline]
    fn returned(self: Pin<&mut Self>, output: F::Output, left: Left) -> Ended<F::Output> {
        // What it says is the user's code as well.
        let message = match catch_unwind(AssertUnwindSafe(|| output.failure())) {
            Ok(message) => message,
            Err(payload) => return self.panicked(payload, left),
        };
        let this = self.project();
        let (members, seat, id) = (&**this.members, *this.seat, *this.id);
        let Left { scope, panicked } = left;
        let (ended, failure) = match (message, panicked) {
            (None, None) => {
                if needs_drop::<F::Output>() && members.is_unwanted(seat, id) {
                    unwanted(output, members, seat, id)
                } else {
                    (Ended::Output(output), None)
                }
            }
            (Some(message), None) => failed(output, members.is_who(seat, id), message, members.on_failure),
            (message, Some(payload)) => {
                let who = members.is_who(seat, id);
                if let Some(message) = message {
                    // The panic goes on, and the error nowhere.
                    ended::failed(&who, &message);
                }
                panicked_with(payload, who, members.on_failure)
            }
        };
        members.leave(seat, id, failure, scope);
        ended
    }

    #[cold]
    fn panicked(self: Pin<&mut Self>, payload: Box<dyn Any + Send>, left: Left) -> Ended<F::Output> {
        let this = self.project();
        let (members, seat, id) = (&**this.members, *this.seat, *this.id);
        let who = members.is_who(seat, id);
        let Left { scope, panicked } = left;
        if let Some(second) = panicked {
            ended::panicked(&who, &*second);
        }
        let (ended, failure) = panicked_with(payload, who, members.on_failure);
        members.leave(seat, id, failure, scope);
        ended
    }
}

/// The output of one whose handle is gone: it must not outlive the group.
#[cold]
fn unwanted<T, E>(output: T, members: &Members<E>, seat: u32, id: TaskId) -> Parted<T, E> {
    match catch_unwind(AssertUnwindSafe(|| drop(output))) {
        Ok(()) => (Ended::Detached, None),
        Err(payload) => panicked_with(payload, members.is_who(seat, id), members.on_failure),
    }
}

/// What its handle gets, and what its group.
type Parted<T, E> = (Ended<T>, Option<Failure<E>>);

#[cold]
fn failed<T: Outcome<E>, E>(output: T, who: Who, message: String, on_failure: OnFailure) -> Parted<T, E> {
    if on_failure == OnFailure::Ignore {
        return (Ended::Failed(Box::new((output, Unseen::failed(who, message)))), None);
    }
    match catch_unwind(AssertUnwindSafe(|| output.judge())) {
        Ok(Ok(output)) => (Ended::Output(output), None),
        Ok(Err(error)) => {
            let seen = TaskError::failed_in_group(who.clone(), message);
            (Ended::InGroup(Box::new(seen)), Some(Failure::Error(ChildError::of_child(who, error))))
        }
        Err(payload) => panicked_with(payload, who, on_failure),
    }
}

#[cold]
fn panicked_with<T, E>(payload: Box<dyn Any + Send>, who: Who, on_failure: OnFailure) -> Parted<T, E> {
    if on_failure == OnFailure::Ignore {
        return (Ended::Panicked(Unseen::panicked(who, payload)), None);
    }
    let seen = TaskError::panicked_in_group(who.clone(), panic_message(&*payload).to_owned());
    (Ended::InGroup(Box::new(seen)), Some(Failure::Panic(who, payload)))
}
