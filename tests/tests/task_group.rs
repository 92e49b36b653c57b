//! `task_group`: each test's name begins with the number of its case.

#[path = "task_group/waits.rs"]
mod waits;
