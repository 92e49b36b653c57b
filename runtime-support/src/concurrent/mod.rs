//! Work that runs together, inline in its owner's task.

pub(crate) mod arms;
pub(crate) mod at_once;
pub(crate) mod completing;
mod core;
pub(crate) mod entrants;
pub(crate) mod failures;
pub(crate) mod functions;
pub(crate) mod gathering;
pub(crate) mod given;
pub(crate) mod input;
mod keep;
pub(crate) mod progress;
pub(crate) mod pull;
pub(crate) mod racing;
pub(crate) mod stream;
pub(crate) mod tasks;
pub(crate) mod together;
pub(crate) mod whole;
