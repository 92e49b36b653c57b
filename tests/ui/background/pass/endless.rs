//! C124: a loop without an end is what most of it is.

#![deny(warnings)]

use weftwork::{Restart, background, background_with_restart, drain_background, secs, spawn};

async fn tick() {
    tokio::time::sleep(secs(1)).await;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    background("loop", async {
        loop {
            tick().await;
        }
    });
    background_with_restart("again", Restart::new(), || async {
        loop {
            tick().await;
        }
    });
    spawn(async {
        loop {
            tick().await;
        }
    })
    .detach();
    assert!(drain_background(secs(0)).await.is_empty());
}
