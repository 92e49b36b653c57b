//! `context!`, `with!`, and who waits for what they clean up.

#[path = "context/body.rs"]
mod body;
