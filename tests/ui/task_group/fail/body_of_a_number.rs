//! The body returns a `Result`, or nothing.

use weftwork::{Group, task_group};

async fn outer() {
    let group = task_group(async |group: Group<std::io::Error>| {
        group.spawn(async {});
        7
    });
    drop(group.await);
}

fn main() {}
