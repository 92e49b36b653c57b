//! C113 to C121: every future of `wait` goes to other threads, and it takes whatever gives tasks.

#![deny(warnings)]

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, VecDeque};

use weftwork::{PendingTasks, Task, Until, Wait, secs, spawn, wait};

fn send<T: Send>(value: T) -> T {
    value
}

async fn kept() {
    let tasks = vec![spawn(async { Cell::new(1) }), spawn(std::future::pending())];
    let Wait { done, pending } = send(wait(tasks, Until::FirstCompleted).timeout(secs(60))).await;
    for task in done {
        assert_eq!(task.await.unwrap().get(), 1);
    }
    assert_eq!((pending.len(), pending.is_empty()), (1, false));
    for task in &pending {
        assert!(!task.is_finished());
    }
    send(pending.cancel()).await;
}

/// Generic code needs no more than what its tasks give.
async fn all<T: Send + 'static>(tasks: impl IntoIterator<Item = Task<T>>) -> Vec<T> {
    let Wait { done, .. } = wait(tasks, Until::All).await;
    done.into_iter().filter_map(|mut task| task.try_result()?.ok()).collect()
}

fn numbers() -> impl Iterator<Item = Task<u8>> {
    (0..3).map(|number| spawn(async move { number }))
}

async fn inputs() {
    assert_eq!(all(numbers()).await, [0, 1, 2]);
    assert_eq!(all(numbers().collect::<Vec<_>>()).await, [0, 1, 2]);
    assert_eq!(all(numbers().collect::<VecDeque<_>>()).await, [0, 1, 2]);
    assert_eq!(all(numbers().enumerate().collect::<BTreeMap<_, _>>().into_values()).await, [0, 1, 2]);
    assert_eq!(all(numbers().enumerate().collect::<HashMap<_, _>>().into_values()).await.len(), 3);
    assert_eq!(all([spawn(async { 7 })]).await, [7]);
    assert_eq!(all(Some(spawn(async { 7 }))).await, [7]);
    assert_eq!(all(None::<Task<u8>>).await, [0; 0]);
    let pending: PendingTasks<u8> = wait(numbers(), Until::All).timeout(secs(0)).await.pending;
    assert!(all(pending).await.len() <= 3);
}

async fn failures() -> usize {
    let tasks = [spawn(async { Ok(1) }), spawn(async { Err(std::fmt::Error) })];
    let until = Until::FirstError;
    wait(tasks, until).await.done.len()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    spawn(kept()).await.unwrap();
    spawn(inputs()).await.unwrap();
    assert!(spawn(failures()).await.unwrap() >= 1);
}
