//! The future of a child.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread;

use pin_project_lite::pin_project;

use super::OnFailure;
use super::error::ChildError;
use super::members::{Failure, Members};
use crate::report::panic_message;
use crate::task::ended::{self, Ended, Unseen};
use crate::task::error::TaskError;
use crate::task::list::Key;
use crate::task::outcome::Outcome;
use crate::task::running::{Left, Running};
use crate::task::who::Who;

pin_project! {
    /// A child on its way. It leaves its group when its future is gone.
    pub(super) struct Member<F, E> {
        #[pin]
        running: Running<F>,
        has_place: bool,
        slot: usize,
        key: Key,
        members: Arc<Members<E>>,
    }

    impl<F, E> PinnedDrop for Member<F, E> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let Some(left) = this.running.leave() else { return };
            let failure = left.panicked.map(|payload| Failure::Panic(left.entry.who, payload));
            this.members.leave(*this.slot, *this.key, failure, left.scope);
        }
    }
}

impl<F: Future, E> Member<F, E> {
    pub(super) fn new(running: Running<F>, slot: usize, has_place: bool, key: Key, members: Arc<Members<E>>) -> Self {
        Self { running, has_place, slot, key, members }
    }
}

impl<F, E> Future for Member<F, E>
where
    F: Future,
    F::Output: Outcome<E>,
{
    type Output = Ended<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if !*this.has_place {
            ready!(this.members.poll_place(*this.slot, *this.key, cx));
            *this.has_place = true;
        }
        let output = ready!(this.running.as_mut().poll(cx));
        let Some(Left { entry, scope, panicked }) = this.running.leave() else { unreachable!("a task ends once") };
        let output = match (output, panicked) {
            (Ok(_), Some(payload)) => Err(payload),
            (output, None) => output,
            (Err(payload), Some(second)) => {
                ended::panicked(&entry.who, &*second);
                Err(payload)
            }
        };
        let (ended, failure) = judged(output, entry.who, this.members.on_failure);
        this.members.leave(*this.slot, *this.key, failure, scope);
        Poll::Ready(ended)
    }
}

/// What its handle gets, and what its group.
fn judged<T: Outcome<E>, E>(output: thread::Result<T>, who: Who, on_failure: OnFailure) -> (Ended<T>, Option<Failure<E>>) {
    match output {
        Ok(output) => match output.failure() {
            None => (Ended::Output(output), None),
            Some(message) if on_failure == OnFailure::Ignore => (Ended::Failed(output, Unseen::failed(who, message)), None),
            Some(message) => match output.judge() {
                Ok(output) => (Ended::Output(output), None),
                Err(error) => {
                    let seen = TaskError::failed_in_group(who.clone(), message);
                    (Ended::InGroup(Box::new(seen)), Some(Failure::Error(ChildError::of_child(who, error))))
                }
            },
        },
        Err(payload) if on_failure == OnFailure::Ignore => (Ended::Panicked(Unseen::panicked(who, payload)), None),
        Err(payload) => {
            let seen = TaskError::panicked_in_group(who.clone(), panic_message(&*payload).to_owned());
            (Ended::InGroup(Box::new(seen)), Some(Failure::Panic(who, payload)))
        }
    }
}
