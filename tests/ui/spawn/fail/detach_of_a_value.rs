//! W50: nobody looks at the value of a detached task.

use weftwork::spawn;

async fn count() -> usize {
    7
}

async fn find() -> Option<String> {
    None
}

async fn outer() {
    spawn(count()).detach();
    spawn(find()).named("find").detach();
}

fn main() {}
