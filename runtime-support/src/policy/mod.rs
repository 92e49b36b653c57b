//! What the policies on functions do.

pub(crate) mod blocking;
pub(crate) mod call;
pub(crate) mod deadline;
pub(crate) mod event;
pub(crate) mod fallback;
pub(crate) mod limit;
pub(crate) mod retry;
pub(crate) mod timeout;
