//! P113: what is not `Send` without a policy is not `Send` with one, and the note is about the user's own value.
use std::rc::Rc;
use weftwork::{Elapsed, limit, timeout};

#[timeout(5s)]
#[limit(5)]
async fn fetch() -> Result<u8, Elapsed> {
    let shared = Rc::new(1);
    tokio::task::yield_now().await;
    Ok(*shared)
}

#[tokio::main]
async fn main() {
    tokio::spawn(fetch());
}
