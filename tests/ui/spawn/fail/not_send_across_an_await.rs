//! A task may go to another thread at each of its `.await`s.

use std::rc::Rc;

use weftwork::spawn;

async fn outer() {
    let task = spawn(async {
        let name: Rc<str> = Rc::from("ann");
        std::future::ready(()).await;
        name.len()
    });
    drop(task.await);
}

fn main() {}
