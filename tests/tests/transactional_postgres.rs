//! `#[transactional]` on PostgreSQL behind a proxy: cut in the middle of each statement, in doubt, repeated, and what it costs.
//!
//! Each test's name begins with the number of its case. The proxy holds a message, the caller is dropped, the message goes on:
//! then what is there is looked at from outside.

#[path = "transactional_postgres/attacks.rs"]
mod attacks;
#[path = "transactional_postgres/body.rs"]
mod body;
#[path = "transactional_postgres/copies.rs"]
mod copies;
#[path = "transactional_postgres/cost.rs"]
mod cost;
#[path = "transactional_postgres/cut.rs"]
mod cut;
#[path = "transactional_postgres/doubt.rs"]
mod doubt;
#[path = "transactional_postgres/every.rs"]
mod every;
#[path = "transactional_postgres/interrupt.rs"]
mod interrupt;
#[path = "transactional_postgres/kit.rs"]
mod kit;
#[path = "transactional_postgres/repeated.rs"]
mod repeated;
#[path = "transactional_postgres/runtimes.rs"]
mod runtimes;
#[path = "transactional_postgres/savepoints.rs"]
mod savepoints;
