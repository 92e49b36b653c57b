//! One call of a function under policies, as a tracing subscriber sees it: a span around what it awaits, and an event where it is
//! cancelled. Without the feature `tracing` nothing is left of this.

#[cfg(feature = "tracing")]
pub use self::seen::call;
#[cfg(not(feature = "tracing"))]
pub use self::unseen::call;

#[cfg(not(feature = "tracing"))]
mod unseen {
    /// See `call`.
    #[derive(Clone, Copy, Debug)]
    pub struct Call;

    /// A call begins.
    #[inline]
    pub fn call(_: &'static str) -> Call {
        Call
    }

    impl Call {
        /// What it awaits.
        #[inline]
        pub fn around<F>(self, future: F) -> F {
            future
        }
    }
}

#[cfg(feature = "tracing")]
mod seen {
    use std::fmt;
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::thread::panicking;

    use pin_project_lite::pin_project;
    use tracing::{Level, Span, dispatcher, span};

    use crate::policy::event;

    /// See `call`.
    #[derive(Clone, Debug)]
    pub struct Call {
        function: &'static str,
        /// There is none where nobody listens.
        span: Option<Span>,
    }

    /// A call begins.
    #[inline]
    pub fn call(function: &'static str) -> Call {
        let span = dispatcher::has_been_set().then(|| span!(target: "weftwork", Level::INFO, "call", function));
        Call { function, span }
    }

    impl Call {
        /// What it awaits.
        #[inline]
        pub fn around<F>(&self, future: F) -> Around<F> {
            Around { future: Some(future), watch: Watch { call: self.clone(), is_pending: false } }
        }
    }

    pin_project! {
        /// A future in the span of its call.
        #[must_use = "futures do nothing unless you `.await` or poll them"]
        pub struct Around<F> {
            #[pin]
            future: Option<F>,
            watch: Watch,
        }

        impl<F> PinnedDrop for Around<F> {
            fn drop(this: Pin<&mut Self>) {
                let mut this = this.project();
                if let Some(span) = &this.watch.call.span {
                    let _entered = span.enter();
                    this.future.set(None);
                    this.watch.dropped();
                }
            }
        }
    }

    struct Watch {
        call: Call,
        is_pending: bool,
    }

    impl Watch {
        fn dropped(&self) {
            if self.is_pending && !panicking() {
                event::cancelled(self.call.function);
            }
        }
    }

    impl<F: Future> Future for Around<F> {
        type Output = F::Output;

        #[inline]
        fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
            let this = self.project();
            let Watch { call, is_pending } = this.watch;
            let _entered = call.span.as_ref().map(Span::enter);
            let Some(future) = this.future.as_pin_mut() else { panic!("a call was polled after it had returned") };
            // A panic is no cancellation.
            *is_pending = false;
            let polled = future.poll(cx);
            *is_pending = polled.is_pending();
            polled
        }
    }

    impl<F> fmt::Debug for Around<F> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("Around").field("call", &self.watch.call).finish_non_exhaustive()
        }
    }
}
