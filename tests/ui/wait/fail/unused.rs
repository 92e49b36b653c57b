//! C132: without `.await` nothing waits.

#![deny(unused_must_use)]

use weftwork::{Task, Until, Wait, secs, wait};

async fn outer(first: Vec<Task<u8>>, second: Vec<Task<u8>>, third: Vec<Task<u8>>, fourth: Vec<Task<u8>>) {
    wait(first, Until::All);
    wait(second, Until::All).timeout(secs(1));
    wait(third, Until::FirstCompleted).await;
    let Wait { done, pending } = wait(fourth, Until::FirstCompleted).await;
    pending.cancel();
    drop(done);
}

fn main() {}
