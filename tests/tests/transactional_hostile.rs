//! What a hostile reader of the engine tried: each of these once lost rows, told what was not so, or did not compile.

#![cfg(unix)]

#[path = "transactional_hostile/drivers.rs"]
mod drivers;
#[path = "transactional_hostile/engine.rs"]
mod engine;
#[path = "transactional_hostile/send.rs"]
mod send;
