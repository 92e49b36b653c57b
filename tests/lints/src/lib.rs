//! Every macro under the strictest lints: whatever the reference documents is silent here. That it compiles, and that clippy
//! has nothing to say, is the test. One module a construct.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications)]
#![deny(future_incompatible, nonstandard_style, rust_2018_idioms, unused, let_underscore_drop)]
#![deny(missing_debug_implementations, single_use_lifetimes, trivial_casts, unit_bindings, unused_lifetimes)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
// What a stranger's transitive dependencies do is no matter of generated code.
#![allow(clippy::multiple_crate_versions, clippy::cargo_common_metadata)]

pub mod context;
pub mod forbidding;
pub mod gather;
pub mod generator;
pub mod generator_forms;
pub mod policies;
pub mod policies_limit;
pub mod policies_retry;
pub mod race;
pub mod tasks;
pub mod transactional;
