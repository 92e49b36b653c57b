//! `context!`, `with!`, and who waits for what they clean up.

#[path = "context/body.rs"]
mod body;
#[path = "context/both.rs"]
mod both;
#[path = "context/constructs.rs"]
mod constructs;
#[path = "context/drain.rs"]
mod drain;
#[path = "context/left.rs"]
mod left;
#[path = "context/loops.rs"]
mod loops;
#[path = "context/order.rs"]
mod order;
#[path = "context/reports.rs"]
mod reports;
#[path = "context/runtimes.rs"]
mod runtimes;
#[path = "context/scopes.rs"]
mod scopes;
