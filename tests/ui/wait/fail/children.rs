//! The child of a group belongs to that: it is awaited by its own handle.

use weftwork::{Until, task_group, wait};

async fn outer() {
    let group = task_group(async |group| {
        let children = [group.spawn(async {}), group.spawn(async {})];
        wait(children, Until::All).await.done.len();
    });
    group.await.unwrap();
}

fn main() {}
