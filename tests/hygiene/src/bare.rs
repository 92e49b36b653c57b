//! No prelude: a name is there if it is imported.
#![no_implicit_prelude]

mod policies;
mod transactional;
