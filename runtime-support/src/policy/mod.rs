//! What the policies on functions do.

pub(crate) mod deadline;
pub(crate) mod limit;
pub(crate) mod timeout;
