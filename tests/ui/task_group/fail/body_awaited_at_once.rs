//! The same as it is mostly written.

use weftwork::task_group;

async fn outer() -> Option<u32> {
    task_group(async |group| {
        let child = group.spawn(async { Ok::<_, std::io::Error>(7) });
        child.await.ok()?.ok()
    })
    .limit(3)
    .await
    .ok()
}

fn main() {}
