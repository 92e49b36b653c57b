//! A limit is a number, and a grace period a duration.

use weftwork::task_group;

async fn outer() {
    let group = task_group(async |group| {
        group.spawn(async {});
    });
    group.limit().await.unwrap();
}

async fn period() {
    let group = task_group(async |group| {
        group.spawn(async {});
    });
    group.grace(5).await.unwrap();
}

fn main() {}
