//! Tasks that go on with what was dropped.

use std::any::Any;
use std::future::{Future, ready as at_once};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use super::carried::Carried;
use super::notes;
use super::outstanding::{About, Outstanding, What};
use super::waiting::{HowLong, Scope};
use crate::report::{Report, ReportKind, panic_message, report};

/// Lets `rest` go on in a task, once what was handed over `below` it has ended. Whoever is around waits for it, and `drain` does.
pub(crate) fn hand_over(runtime: &Handle, about: About, below: Scope, rest: impl Future<Output = ()> + Send + 'static) {
    notes::leave(run(runtime, about, below, rest));
}

/// The same, where those around have waited long enough.
pub(crate) fn hand_over_quietly(runtime: &Handle, about: About, below: Scope, rest: impl Future<Output = ()> + Send + 'static) {
    run(runtime, about, below, rest);
}

/// Says that a clean-up can not run.
pub(crate) fn lost(about: &About, why: &'static str) {
    report(&Report::new(ReportKind::CleanUpLost, about.name.clone(), why).at(about.place));
}

/// Something has ended: lets it be over once what was handed over in it has, too.
pub(crate) fn finish_behind(outstanding: Arc<Outstanding>, below: Scope) {
    match Handle::try_current() {
        Ok(runtime) if !below.is_empty() => go_on(&runtime, outstanding, below, at_once(())),
        _ => outstanding.finish(),
    }
}

fn run(runtime: &Handle, about: About, below: Scope, rest: impl Future<Output = ()> + Send + 'static) -> Arc<Outstanding> {
    let outstanding = Outstanding::register(about, runtime.id());
    go_on(runtime, outstanding.clone(), below, rest);
    outstanding
}

fn go_on(runtime: &Handle, outstanding: Arc<Outstanding>, below: Scope, rest: impl Future<Output = ()> + Send + 'static) {
    let (carried, finish) = (Carried::for_clean_up(), Finish(outstanding));
    // On a runtime that has shut down it is dropped right here.
    runtime.spawn(Tracked { rest: Some(rest), scope: below, has_begun: false, carried, finish });
}

/// It is over when this is dropped, in whatever way.
struct Finish(Arc<Outstanding>);

impl Drop for Finish {
    fn drop(&mut self) {
        self.0.finish();
    }
}

pin_project! {
    /// Something on its way to its end, with everything that is handed over in it. Dropped before that it is lost.
    struct Tracked<F> {
        #[pin]
        rest: Option<F>,
        // First what was handed over below it, then what is in it.
        scope: Scope,
        has_begun: bool,
        // That of where it was handed over.
        carried: Option<Arc<Carried>>,
        // Goes last.
        finish: Finish,
    }

    impl<F> PinnedDrop for Tracked<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.finish.0.is_over() {
                this.finish.0.lose();
                if !matches!(this.finish.0.about().what, What::Task(_)) {
                    lost(this.finish.0.about(), "is lost: its runtime has shut down");
                }
                // What is open in it goes first.
                let rest = &mut this.rest;
                this.scope.watch(|| rest.set(None));
            }
        }
    }
}

impl<F: Future<Output = ()>> Future for Tracked<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if !*this.has_begun {
            ready!(this.scope.poll_clear_on(this.finish.0.runtime(), cx));
            this.finish.0.begin();
            *this.has_begun = true;
        }
        if let Some(rest) = this.rest.as_mut().as_pin_mut() {
            let carried = this.carried;
            let polled =
                this.scope.watch(|| catch_unwind(AssertUnwindSafe(|| Carried::exactly_for_clean_up(carried, || rest.poll(cx)))));
            if let Ok(Poll::Pending) = polled {
                return Poll::Pending;
            }
            if let Err(payload) = polled {
                Carried::exactly_for_clean_up(carried, || this.finish.0.panicked(&*payload));
            }
            let rest = &mut this.rest;
            let dropped =
                this.scope.watch(|| catch_unwind(AssertUnwindSafe(|| Carried::exactly_for_clean_up(carried, || rest.set(None)))));
            if let Err(payload) = dropped {
                Carried::exactly_for_clean_up(carried, || this.finish.0.panicked(&*payload));
            }
        }
        ready!(this.scope.poll_clear(HowLong::ToTheEnd, cx));
        this.finish.0.finish();
        Poll::Ready(())
    }
}

impl Outstanding {
    fn panicked(&self, payload: &(dyn Any + Send)) {
        let about = self.about();
        let message = format!("panicked: {}", panic_message(payload));
        report(&Report::new(ReportKind::CleanUpPanicked, about.name.clone(), message).at(about.place));
    }
}
