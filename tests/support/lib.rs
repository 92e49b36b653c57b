//! What the behaviour tests share.

pub mod children;
mod clock;
mod gauge;
mod log;
mod poll;

pub use clock::timed;
pub use gauge::{Gauge, Inside};
pub use log::{Log, OnDrop};
pub use poll::{finished, poll_once, spin};
