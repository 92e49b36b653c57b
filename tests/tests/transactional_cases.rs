//! `#[transactional]`, `savepoint!` and `transaction` on SQLite in both journal modes and on PostgreSQL. Cases T1 to T58.

#![cfg(unix)]

#[path = "transactional/failing.rs"]
mod failing;
#[path = "transactional/forms.rs"]
mod forms;
#[path = "transactional/hooks.rs"]
mod hooks;
#[path = "transactional/hooks_around.rs"]
mod hooks_around;
#[path = "transactional/joining.rs"]
mod joining;
#[path = "transactional/options.rs"]
mod options;
#[path = "transactional/own.rs"]
mod own;
#[path = "transactional/savepoints.rs"]
mod savepoints;
#[path = "transactional/verdict.rs"]
mod verdict;
