//! `?` alone does not say what the error of the group is.

use weftwork::task_group;

async fn outer() {
    drop(task_group(async |group| {
        let count = group.spawn(async { Ok::<_, std::io::Error>(7) });
        drop(count.await?);
        Ok(())
    }));
}

fn main() {}
