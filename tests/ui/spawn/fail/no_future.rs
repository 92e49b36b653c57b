//! What is spawned is a future, and not a function.

use weftwork::spawn;

async fn work() {}

async fn outer() {
    drop(spawn(work).await);
}

fn main() {}
