//! C132: the errors of the children are looked at.

#![deny(unused_must_use)]

use weftwork::task_group;

async fn outer() {
    task_group(async |group| {
        group.spawn(async {});
    })
    .await;
}

fn main() {}
