//! A task may go to another thread.

use std::rc::Rc;

use weftwork::spawn;

async fn load(name: Rc<str>) -> usize {
    name.len()
}

async fn outer(name: Rc<str>) {
    let argument = spawn(load(name.clone()));
    let across = spawn(async {
        let name: Rc<str> = Rc::from("ann");
        std::future::ready(()).await;
        name.len()
    });
    let output = spawn(async { Rc::new(7) });
    drop((argument.await, across.await, output.await));
}

fn main() {}
