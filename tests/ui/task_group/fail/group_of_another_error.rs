//! The error of the body and that of the group are one.

use weftwork::{Group, task_group};

async fn outer() {
    let group = task_group(async |group: Group<std::io::Error>| {
        group.spawn(async {});
        Err::<(), _>(String::from("not this one"))
    });
    drop(group.await);
}

fn main() {}
