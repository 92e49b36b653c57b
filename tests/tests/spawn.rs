//! `spawn` and `Task`: each test's name begins with the number of its case.

#![allow(clippy::async_yields_async, reason = "handles of tasks are handed out of blocks")]

#[path = "spawn/attacks.rs"]
mod attacks;
#[path = "spawn/awaiting.rs"]
mod awaiting;
#[path = "context/both.rs"]
mod both;
#[path = "spawn/cancelling.rs"]
mod cancelling;
#[path = "spawn/circles.rs"]
mod circles;
#[path = "spawn/detaching.rs"]
mod detaching;
#[path = "spawn/dropping.rs"]
mod dropping;
#[path = "spawn/overdue.rs"]
mod overdue;
#[path = "spawn/panics.rs"]
mod panics;
#[path = "spawn/runtimes.rs"]
mod runtimes;
#[path = "spawn/spans.rs"]
mod spans;
#[path = "spawn/unseen.rs"]
mod unseen;
