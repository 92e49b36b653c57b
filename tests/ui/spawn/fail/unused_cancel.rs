//! C83: the task is cancelled, and without `.await` nobody waits until it is gone.

#![deny(unused_must_use)]

use weftwork::spawn;

async fn outer() {
    let task = spawn(std::future::pending::<u8>());
    task.cancel();
}

fn main() {}
