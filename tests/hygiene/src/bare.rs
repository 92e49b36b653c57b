//! No prelude: a name is there if it is imported.
#![no_implicit_prelude]

mod context;
mod gather;
mod policies;
mod tasks;
mod transactional;
