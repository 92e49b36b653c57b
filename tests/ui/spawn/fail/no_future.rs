//! What is spawned is a future, and neither a closure nor a value.

use weftwork::spawn;

async fn work() {}

async fn outer() {
    drop(spawn(work).await);
    drop(spawn(|| 7).await);
    drop(spawn(7).await);
}

fn main() {}
