//! The tracing span that is carried along to where a task would not have it.

/// The span of a moment. Without the feature `tracing` it is nothing, and without a subscriber it is a word.
#[derive(Clone, Debug)]
pub(crate) struct Span(#[cfg(feature = "tracing")] Option<Box<tracing::Span>>);

impl Span {
    #[inline]
    pub(crate) fn current() -> Self {
        Self(
            #[cfg(feature = "tracing")]
            tracing::dispatcher::has_been_set().then(|| Box::new(tracing::Span::current())),
        )
    }

    /// Runs something in it.
    #[inline]
    pub(crate) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        #[cfg(feature = "tracing")]
        let _entered = self.0.as_ref().map(|span| span.enter());
        run()
    }
}
