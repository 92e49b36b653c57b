//! C112: the same for an argument.

use weftwork::task_group;

async fn load(name: &str) -> Result<(), std::io::Error> {
    drop(name.len());
    Ok(())
}

async fn outer(name: String) {
    let group = task_group(async |group| {
        group.spawn(load(&name));
    });
    group.await.unwrap();
}

fn main() {}
