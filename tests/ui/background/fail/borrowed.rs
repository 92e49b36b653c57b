//! It belongs to the program, and owns what it uses.

use weftwork::background;

async fn flush(name: &str) {
    drop(name.len());
}

async fn outer(name: String) {
    background("argument", flush(&name));
    background("capture", async { drop(name.len()) });
}

fn main() {}
