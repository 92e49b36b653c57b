//! A task owns what it uses.

use weftwork::spawn;

async fn load(name: &str) -> usize {
    name.len()
}

async fn outer(name: String) {
    let argument = spawn(load(&name));
    let capture = spawn(async { name.len() });
    drop((argument.await, capture.await));
}

fn main() {}
