//! C80: a task that is dropped at once is cancelled at once.

#![deny(unused_must_use)]

use weftwork::spawn;

async fn work() {}

async fn outer() {
    spawn(work());
    spawn(work()).named("work");
}

fn main() {}
