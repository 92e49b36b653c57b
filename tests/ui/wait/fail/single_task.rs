//! `wait` takes several tasks; one is awaited.

use weftwork::{Until, spawn, wait};

async fn outer() {
    wait(spawn(async { 7 }), Until::All).await.done.len();
}

fn main() {}
