//! No prelude: a name is there if it is imported.
#![no_implicit_prelude]

mod context;
mod gather;
mod policies;
mod policies_limit;
mod policies_retry;
mod tasks;
mod transactional;
