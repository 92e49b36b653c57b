//! Several failures at once.

/// Stub until the types land.
#[derive(Debug)]
pub struct GatherErrors<E>(Vec<(usize, E)>, usize);
impl<E> GatherErrors<E> {
    pub(crate) fn new(errors: Vec<(usize, E)>, children: usize) -> Self {
        Self(errors, children)
    }
}
