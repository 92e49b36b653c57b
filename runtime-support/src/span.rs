//! The tracing span that is carried along to where a task would not have it.

#[cfg(feature = "tracing")]
use std::mem::ManuallyDrop;

/// The span of a moment. Without the feature `tracing` it is nothing, and without a subscriber it is a word.
///
/// `ManuallyDrop` since its own `Drop` empties it: so of an empty one nothing but a comparison is left.
#[derive(Clone, Debug)]
pub(crate) struct Span(#[cfg(feature = "tracing")] ManuallyDrop<Option<Box<tracing::Span>>>);

impl Span {
    #[inline]
    pub(crate) fn current() -> Self {
        Self(
            #[cfg(feature = "tracing")]
            ManuallyDrop::new(tracing::dispatcher::has_been_set().then(|| Box::new(tracing::Span::current()))),
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

#[cfg(feature = "tracing")]
impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if self.0.is_some() {
            *self.0 = None;
        }
    }
}
