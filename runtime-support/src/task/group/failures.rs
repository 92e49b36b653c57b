//! What went wrong in a group.

use std::any::Any;
use std::mem::take;

use super::OnFailure;
use super::error::ChildError;
use super::members::{Members, Phase, State, Then};
use crate::report::{Report, shown, tell};
use crate::task::ended;
use crate::task::who::Who;

/// Why a child has ended.
pub(super) enum Failure<E> {
    Error(ChildError<E>),
    Panic(Who, Box<dyn Any + Send>),
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

impl<E> Members<E> {
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

    /// What came up, at the end.
    pub(super) fn take_failures(&self) -> Failures<E> {
        let mut state = self.state();
        let (errors, panicked) = (take(&mut state.errors), state.panicked.take());
        drop(state);
        Failures { errors, panicked, clean_ups: self.collector.end() }
    }

    /// A failure that the group's end does not tell.
    pub(super) fn report(&self, failure: Failure<E>) {
        match failure {
            Failure::Error(error) => self.report_error(&error),
            Failure::Panic(who, payload) => ended::panicked(&who, &*payload),
        }
    }

    pub(super) fn report_error(&self, error: &ChildError<E>) {
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
}

impl<E> State<E> {
    /// Keeps a failure; gives back a panic that is not the first.
    pub(super) fn add(&mut self, failure: Failure<E>) -> Option<Failure<E>> {
        match failure {
            Failure::Error(error) => self.errors.push(error),
            Failure::Panic(who, payload) if self.panicked.is_none() => self.panicked = Some((who, payload)),
            second @ Failure::Panic(..) => return Some(second),
        }
        None
    }
}
