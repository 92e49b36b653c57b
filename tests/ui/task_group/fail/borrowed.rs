//! C112: a child may outlive what it borrows.

use weftwork::task_group;

async fn load(name: &str) -> Result<(), std::io::Error> {
    drop(name.len());
    Ok(())
}

async fn outer(name: String) {
    let group = task_group(async |group| {
        group.spawn(async { load(&name).await });
    });
    group.await.unwrap();
}

fn main() {}
