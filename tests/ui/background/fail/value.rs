//! W50: nobody looks at the value of what runs in the background.

use weftwork::background;

async fn count() -> usize {
    7
}

async fn outer() {
    background("count", count());
    background("block", async { Some("value") });
}

fn main() {}
