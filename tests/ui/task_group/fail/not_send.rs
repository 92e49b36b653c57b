//! A child may go to another thread.

use std::rc::Rc;

use weftwork::task_group;

async fn outer(name: Rc<str>) {
    let group = task_group(async |group| {
        let name = name.clone();
        group.spawn(async move { drop(name) });
    });
    group.await.unwrap();
}

fn main() {}
