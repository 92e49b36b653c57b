//! C132: without `.await` the body does not even begin.

#![deny(unused_must_use)]

use weftwork::{secs, task_group};

async fn outer() {
    task_group(async |group| {
        group.spawn(async {});
    });
    task_group(async |group| {
        group.spawn(async {});
    })
    .limit(3)
    .grace(secs(5));
}

fn main() {}
