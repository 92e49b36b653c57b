//! A task owns what it uses.

use weftwork::spawn;

async fn load(name: &str) -> usize {
    name.len()
}

async fn argument(name: String) {
    drop(spawn(load(&name)).await);
}

async fn capture(name: String) {
    drop(spawn(async { name.len() }).await);
}

fn main() {}
