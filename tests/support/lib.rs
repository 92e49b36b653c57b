//! What the behaviour tests share.

#[cfg(unix)]
pub mod backend;
pub mod children;
mod clock;
pub mod gated;
mod gauge;
mod log;
mod panics;
mod poll;
pub mod polls;
#[cfg(unix)]
pub mod postgres;
#[cfg(unix)]
pub mod proxy;
mod random;
mod reports;
mod runtimes;
mod spans;
pub mod store;

pub use clock::{after, timed};
pub use gauge::{Gauge, Inside};
pub use log::{Log, OnDrop};
pub use panics::{panic_of, panic_within};
pub use poll::{finished, poll_once, spin};
pub use random::Random;
pub use reports::Reports;
pub use runtimes::on_both_runtimes;
pub use spans::{current_span, with_spans};
