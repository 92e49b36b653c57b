//! The body returns a `Result`, or nothing, also where the group is not annotated.

use weftwork::task_group;

async fn outer() {
    let group = task_group(async |group| {
        group.spawn(async {});
        "done"
    });
    drop(group.await);
}

fn main() {}
