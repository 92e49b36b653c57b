//! A task gives its output once.

use weftwork::spawn;

async fn outer() {
    let task = spawn(async { 7 });
    drop(task.await);
    drop(task.await);
}

async fn behind_a_detach() {
    let task = spawn(async {});
    task.detach();
    drop(task.await);
}

fn main() {}
