//! The body is an `async` closure.

use weftwork::{Group, task_group};

async fn outer() {
    let group = task_group(|group: Group<std::io::Error>| {
        group.spawn(async {});
    });
    drop(group.await);
}

fn main() {}
