//! What belongs to nobody has a name at least.

use weftwork::background;

async fn flush() {}

async fn outer() {
    background(flush());
}

fn main() {}
