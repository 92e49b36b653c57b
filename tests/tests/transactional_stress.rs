//! Transactions given up at every poll and at random moments: no money is made or lost, and all is as it was reported.

#[path = "transactional_stress/bank.rs"]
mod bank;
#[path = "transactional_stress/postgres.rs"]
mod postgres;
#[path = "transactional_stress/sqlite.rs"]
mod sqlite;
