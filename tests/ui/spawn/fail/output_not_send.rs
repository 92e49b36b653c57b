//! What a task ends with goes to another thread, too.

use std::rc::Rc;

use weftwork::spawn;

async fn outer() {
    let task = spawn(async { Rc::new(7) });
    drop(task.await);
}

fn main() {}
