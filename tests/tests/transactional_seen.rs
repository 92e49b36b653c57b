//! What a tracing subscriber sees of a transaction (T85), and what is repeated on SQLite (T73).

#[path = "transactional_seen/busy.rs"]
mod busy;
#[path = "transactional_seen/events.rs"]
mod events;
#[path = "transactional_seen/recorder.rs"]
mod recorder;
