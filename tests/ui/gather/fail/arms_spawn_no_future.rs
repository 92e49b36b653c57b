//! C131: one error, with `spawn` and `progress` too.

use weftwork::{Progress, gather};

async fn both(progress: impl Progress) {
    gather!(async { 1 }, 2, spawn).await;
    gather!(async { 1 }, 2, progress = progress).await;
}

fn main() {}
