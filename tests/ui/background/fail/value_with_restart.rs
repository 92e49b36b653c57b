//! W50: the same where it begins again.

use weftwork::{Restart, background_with_restart};

async fn count() -> usize {
    7
}

async fn outer() {
    background_with_restart("again", Restart::new(), count);
    background_with_restart("closure", Restart::new(), || async { Some("value") });
}

fn main() {}
