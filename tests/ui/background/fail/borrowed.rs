//! It belongs to the program, and owns what it uses.

use weftwork::background;

async fn flush(name: &str) {
    drop(name.to_owned());
}

async fn argument(name: String) {
    background("argument", flush(&name));
}

async fn capture(name: String) {
    background("capture", async { drop(name.to_owned()) });
}

fn main() {}
