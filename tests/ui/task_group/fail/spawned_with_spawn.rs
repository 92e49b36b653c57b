//! C112: `spawn` inside of a group borrows no more than `group.spawn` does.

use weftwork::{spawn, task_group};

async fn outer(name: String) {
    let group = task_group(async |group| {
        group.spawn(async {});
        let task = spawn(async { name.len() });
        drop(task.await);
    });
    group.await.unwrap();
}

fn main() {}
