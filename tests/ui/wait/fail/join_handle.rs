//! C123: a task of tokio's own is none of ours.

use weftwork::{Until, wait};

async fn outer(tasks: Vec<tokio::task::JoinHandle<u8>>) {
    wait(tasks, Until::FirstCompleted).await.done.len();
}

fn main() {}
