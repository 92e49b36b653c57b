//! `#[fallback]`: what runs where a call has failed.

/// A closure in the place of match arms. The error comes first, so that its type is known inside.
pub fn fall_back<E, R>(function: &'static str, error: E, handler: impl FnOnce(E) -> R) -> R {
    fell_back(function);
    handler(error)
}

/// An arm runs.
#[inline]
pub fn fell_back(function: &'static str) {
    super::event::fell_back(function);
}
