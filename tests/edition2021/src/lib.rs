//! The macros in edition 2021, where an `impl Trait` captures no lifetime that it does not name (G13).

#![deny(warnings, missing_docs)]

pub mod context;
pub mod gather;
pub mod generator;
pub mod policies;
pub mod policies_limit;
pub mod policies_retry;
pub mod tasks;
pub mod transactional;
