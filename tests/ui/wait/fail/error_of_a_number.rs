//! C114: a number does not say whether it is a failure.

use weftwork::{Task, Until, wait};

async fn outer(tasks: Vec<Task<u32>>) {
    wait(tasks, Until::FirstError).await.done.len();
}

fn main() {}
