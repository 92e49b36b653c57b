//! The future of a task, with all that goes along with it, up to its end.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;

use super::list::{Entry, Key};
use crate::scope::{Carried, Mark, Scope, finish_behind};
use crate::span::Span;

/// What goes along into a task, until that is detached.
#[derive(Debug)]
pub(super) struct Leash {
    carried: Carried,
    is_loose: AtomicBool,
}

impl Leash {
    /// That of this moment, if there is something.
    pub(super) fn current() -> Option<Arc<Self>> {
        let carried = Carried::current();
        (!carried.is_empty()).then(|| Self::of(carried))
    }

    pub(super) fn of(carried: Carried) -> Arc<Self> {
        Arc::new(Self { carried, is_loose: AtomicBool::new(false) })
    }

    pub(super) fn let_go(&self) {
        self.is_loose.store(true, Ordering::Relaxed);
    }

    fn within<R>(this: Option<&Self>, run: impl FnOnce() -> R) -> R {
        match this {
            Some(leash) if !leash.is_loose.load(Ordering::Relaxed) => leash.carried.within(run),
            _ => run(),
        }
    }
}

pin_project! {
    /// A future that is a task of its own. `leave` has to be called at its end, also where it is dropped before.
    #[derive(Debug)]
    pub(super) struct Running<F> {
        #[pin]
        future: Option<F>,
        key: Key,
        leash: Option<Arc<Leash>>,
        // What was handed over in it.
        scope: Scope,
        span: Span,
    }
}

/// What is left of a task.
pub(super) struct Left {
    pub(super) entry: Entry,
    /// What was handed over in it; nothing if somebody waits for that with its end.
    pub(super) scope: Scope,
    /// By a destructor.
    pub(super) panicked: Option<Box<dyn Any + Send>>,
}

impl<F: Future> Running<F> {
    pub(super) fn new(future: F, key: Key, leash: Option<Arc<Leash>>) -> Self {
        Self { future: Some(future), key, leash, scope: Scope::new(), span: Span::current() }
    }

    /// Its output, or its panic.
    #[inline]
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<thread::Result<F::Output>> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else { panic!("a task is polled up to its end") };
        let (key, span, leash) = (*this.key, &*this.span, this.leash.as_deref());
        let mark = Mark::now();
        let polled = catch_unwind(AssertUnwindSafe(|| key.within(|| span.within(|| Leash::within(leash, || future.poll(cx))))));
        this.scope.take_since(mark);
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    }
}

impl<F> Running<F> {
    /// Drops the future, and takes the task off the list. `None` if that was done before.
    pub(super) fn leave(self: Pin<&mut Self>) -> Option<Left> {
        let mut this = self.project();
        let (key, span, leash) = (*this.key, &*this.span, this.leash.as_deref());
        let mark = Mark::now();
        let dropped = match this.future.as_ref().get_ref() {
            Some(_) => catch_unwind(AssertUnwindSafe(|| {
                key.within(|| span.within(|| Leash::within(leash, || this.future.set(None))));
            })),
            None => Ok(()),
        };
        this.scope.take_since(mark);
        let mut entry = key.remove()?;
        let mut scope = std::mem::take(this.scope);
        if let Some(stop) = entry.take_stop() {
            Leash::within(leash, || finish_behind(stop, std::mem::take(&mut scope)));
        }
        Some(Left { entry, scope, panicked: dropped.err() })
    }
}
