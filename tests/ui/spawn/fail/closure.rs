//! What is spawned is a future: a closure is called first.

use weftwork::spawn;

async fn outer() {
    let task = spawn(async || 7);
    drop(task.await);
}

fn main() {}
