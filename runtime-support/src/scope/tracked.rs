//! Tasks that go on with what was dropped.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use super::notes;
use super::outstanding::{About, Outstanding};
use super::waiting::{HowLong, Scope};
use crate::report::{Report, ReportKind, panic_message, report};

/// Lets `rest` go on in a task. Whoever is around waits for it, and `drain` does.
pub(crate) fn hand_over(runtime: &Handle, about: About, rest: impl Future<Output = ()> + Send + 'static) {
    notes::leave(run(runtime, about, rest));
}

/// The same, where those around have waited long enough.
pub(crate) fn hand_over_quietly(runtime: &Handle, about: About, rest: impl Future<Output = ()> + Send + 'static) {
    run(runtime, about, rest);
}

/// Says that a clean-up can not run.
pub(crate) fn lost(about: &About, why: &'static str) {
    report(&Report::new(ReportKind::CleanUpLost, about.name.clone(), why).at(about.place));
}

fn run(runtime: &Handle, about: About, rest: impl Future<Output = ()> + Send + 'static) -> Arc<Outstanding> {
    let outstanding = Outstanding::register(about, runtime.id());
    // On a runtime that has shut down it is dropped right here.
    runtime.spawn(Tracked { rest: Some(rest), scope: Scope::new(), outstanding: outstanding.clone() });
    outstanding
}

pin_project! {
    /// Something on its way to its end, with everything that is handed over in it. Dropped before that it is lost.
    struct Tracked<F> {
        #[pin]
        rest: Option<F>,
        scope: Scope,
        outstanding: Arc<Outstanding>,
    }

    impl<F> PinnedDrop for Tracked<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.outstanding.is_over() {
                lost(this.outstanding.about(), "is lost: its runtime has shut down");
                // What is open in it goes first.
                let rest = &mut this.rest;
                this.scope.watch(|| rest.set(None));
                this.outstanding.finish();
            }
        }
    }
}

impl<F: Future<Output = ()>> Future for Tracked<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if let Some(rest) = this.rest.as_mut().as_pin_mut() {
            let polled = this.scope.watch(|| catch_unwind(AssertUnwindSafe(|| rest.poll(cx))));
            if let Ok(Poll::Pending) = polled {
                return Poll::Pending;
            }
            if let Err(payload) = polled {
                let about = this.outstanding.about();
                let message = format!("panicked: {}", panic_message(&*payload));
                report(&Report::new(ReportKind::CleanUpPanicked, about.name.clone(), message).at(about.place));
            }
            let rest = &mut this.rest;
            this.scope.watch(|| rest.set(None));
        }
        ready!(this.scope.poll_clear(HowLong::ToTheEnd, cx));
        this.outstanding.finish();
        Poll::Ready(())
    }
}
