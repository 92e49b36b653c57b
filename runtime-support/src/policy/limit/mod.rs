//! So many at once, or so often; first come, first served.
//!
//! Where there is room, a permit costs two atomic operations: what is free, and whether somebody waits, stand in one word. Where
//! there is none, the word says so, and everything goes through a line behind a lock: a newcomer sees the flag and stands at
//! the back, whoever gives back finds the first in the line and hands over. Nobody is woken, and nothing of anybody else's runs or
//! is dropped, while the lock is held.
//!
//! - `limiter.rs`: `Limiter` and its permits, `turn.rs`: the options of a call, `exceeded.rs`: the refusal, `contract.rs`: who can
//!   say it
//! - `acquire.rs`: waits for a permit, `limited.rs`: runs a future in it
//! - `gate.rs`: where a permit comes from, `core.rs`: what is behind that: `count.rs` or `rate.rs`, with `line.rs`
//! - `chain.rs`: what the current call holds, so that none waits for itself
//! - `keyed/`: a limiter for each key
//! - `sync.rs`, `loom.rs`: the model checker's view of the word and the lock

mod acquire;
mod chain;
mod contract;
mod core;
mod count;
mod exceeded;
mod gate;
mod keyed;
mod limited;
mod limiter;
mod line;
#[cfg(all(test, weftwork_loom))]
mod loom;
mod rate;
mod sync;
#[cfg(all(test, not(weftwork_loom)))]
mod tests;
mod turn;

pub(crate) use self::chain::{Links, holding, leaves_less_of};
pub use self::contract::{FromLimitExceeded, RefusedByConversion, RefusedByPanic, answer, refuse};
pub use self::exceeded::{LimitExceeded, LimitReason};
pub use self::gate::gate;
pub use self::keyed::{KeyByForm, KeyByValue, KeyedLimiter, KeyedLimiters, NoKey, Probe, keyed};
pub use self::limited::limit;
pub use self::limiter::{Limiter, LimiterMetrics, Permit};
pub use self::turn::{Turn, turn};
