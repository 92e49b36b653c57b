//! W50: nobody looks at the value of what runs in the background.

use weftwork::{Restart, background, background_with_restart};

async fn count() -> usize {
    7
}

async fn outer() {
    background("count", count());
    background("block", async { Some("value") });
    background_with_restart("again", Restart::new(), count);
}

fn main() {}
