//! `context!`, `with!`, and who waits for what they clean up.

#[path = "context/body.rs"]
mod body;
#[path = "context/both.rs"]
mod both;
#[path = "context/order.rs"]
mod order;
