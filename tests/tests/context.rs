//! `context!`, `with!`, and who waits for what they clean up.

#[path = "context/body.rs"]
mod body;
#[path = "context/generators.rs"]
mod generators;
#[path = "context/spans.rs"]
mod spans;
#[path = "context/stack.rs"]
mod stack;
