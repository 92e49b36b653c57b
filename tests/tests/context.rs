//! `context!` and `with!`, and who waits for what they clean up: each test's name begins with the number of its case.

#[path = "context/attacks.rs"]
mod attacks;
#[path = "context/both.rs"]
mod both;
#[path = "context/class.rs"]
mod class;
#[path = "context/constructs.rs"]
mod constructs;
#[path = "context/drain.rs"]
mod drain;
#[path = "context/errors.rs"]
mod errors;
#[path = "context/exits.rs"]
mod exits;
#[path = "context/factories.rs"]
mod factories;
#[path = "context/forms.rs"]
mod forms;
#[path = "context/generators.rs"]
mod generators;
#[path = "context/left.rs"]
mod left;
#[path = "context/local.rs"]
mod local;
#[path = "context/loops.rs"]
mod loops;
#[path = "context/order.rs"]
mod order;
#[path = "context/panics.rs"]
mod panics;
#[path = "context/reports.rs"]
mod reports;
#[path = "context/results.rs"]
mod results;
#[path = "context/runtimes.rs"]
mod runtimes;
#[path = "context/scopes.rs"]
mod scopes;
#[path = "context/size.rs"]
mod size;
#[path = "context/spans.rs"]
mod spans;
#[path = "context/stack.rs"]
mod stack;
#[path = "context/with_function.rs"]
mod with_function;
