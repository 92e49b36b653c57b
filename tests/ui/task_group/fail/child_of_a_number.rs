//! A child's output says whether it is a failure.

use weftwork::task_group;

async fn count() -> u32 {
    7
}

async fn outer() {
    let group = task_group(async |group| {
        group.spawn(count());
    });
    group.await.unwrap();
}

fn main() {}
