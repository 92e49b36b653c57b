//! Tasks of one `wait` end with one type.

use weftwork::{Until, spawn, wait};

async fn outer() {
    wait([spawn(async { 7 }), spawn(async { "seven" })], Until::All).await.done.len();
}

fn main() {}
