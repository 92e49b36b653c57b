//! `wait`: each test's name begins with the number of its case.

#![allow(clippy::async_yields_async, reason = "handles of tasks are handed out of blocks")]

#[path = "wait/attacks.rs"]
mod attacks;
#[path = "wait/costs.rs"]
mod costs;
#[path = "wait/giving_up.rs"]
mod giving_up;
#[path = "wait/limits.rs"]
mod limits;
#[path = "wait/unseen.rs"]
mod unseen;
#[path = "wait/until.rs"]
mod until;
#[path = "wait/use_of_pending.rs"]
mod use_of_pending;
