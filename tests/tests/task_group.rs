//! `task_group`: each test's name begins with the number of its case.

#[path = "task_group/attacks.rs"]
mod attacks;
#[path = "task_group/clean_ups.rs"]
mod clean_ups;
#[path = "task_group/fails.rs"]
mod fails;
#[path = "task_group/foreign.rs"]
mod foreign;
#[path = "task_group/forms.rs"]
mod forms;
#[path = "task_group/freed.rs"]
mod freed;
#[path = "task_group/late.rs"]
mod late;
#[path = "task_group/leaving.rs"]
mod leaving;
#[path = "task_group/limit.rs"]
mod limit;
#[path = "task_group/nested.rs"]
mod nested;
#[path = "task_group/outer.rs"]
mod outer;
#[path = "task_group/panics.rs"]
mod panics;
#[path = "task_group/places.rs"]
mod places;
#[path = "task_group/policies.rs"]
mod policies;
#[path = "task_group/starting.rs"]
mod starting;
#[path = "task_group/waits.rs"]
mod waits;
