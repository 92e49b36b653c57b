//! `wait` takes the tasks, and gives them back.

use weftwork::{Task, Until, wait};

async fn outer(tasks: Vec<Task<u8>>) {
    wait(&tasks, Until::All).await.done.len();
    wait(tasks.iter(), Until::All).await.done.len();
}

fn main() {}
