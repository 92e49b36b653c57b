//! A limiter for each key.
//!
//! - `key.rs`: what may be a key, and how it is found without an owned copy
//! - `hash.rs`: a fast hasher with a secret
//! - `map.rs`: the entries, and when they go
//! - `limiter.rs`: what programs and macros see of it

mod hash;
mod key;
mod limiter;
mod map;
#[cfg(all(test, not(weftwork_loom)))]
mod tests;

pub use self::key::{KeyByForm, KeyByValue, NoKey, Probe};
pub use self::limiter::{KeyedLimiter, KeyedLimiters, keyed};
pub(super) use self::map::Entry;
