//! A task may go to another thread.

use std::rc::Rc;

use weftwork::spawn;

async fn load(name: Rc<str>) -> usize {
    name.len()
}

async fn argument(name: Rc<str>) {
    drop(spawn(load(name)).await);
}

async fn capture(name: Rc<str>) {
    drop(spawn(async move { name.len() }).await);
}

fn main() {}
