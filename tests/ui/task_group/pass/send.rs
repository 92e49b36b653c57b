//! C112: a group whose body borrows goes to other threads, inside of a task as well.

#![deny(warnings)]

use std::cell::Cell;
use std::io;
use std::sync::Mutex;

use weftwork::{Child, Group, GroupError, OnFailure, Ready, TaskError, secs, spawn, task_group};

fn send<T: Send>(value: T) -> T {
    value
}

#[derive(Debug)]
struct AppError(String);

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<TaskError> for AppError {
    fn from(error: TaskError) -> Self {
        Self(error.to_string())
    }
}

impl From<io::Error> for AppError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

async fn double(number: u32) -> Result<u32, io::Error> {
    Ok(2 * number)
}

/// The body borrows from its caller, by shared and by exclusive reference, over an `.await`.
async fn borrows(numbers: &[u32], sum: &mut u32, log: &Mutex<Vec<u32>>) -> Result<usize, GroupError<AppError>> {
    task_group(async |group: Group<AppError>| {
        for number in numbers {
            let doubled = group.spawn_named(format!("double {number}"), double(*number)).await??;
            *sum += doubled;
            log.lock().unwrap().push(doubled);
        }
        Ok(numbers.len())
    })
    .limit(2)
    .grace(secs(5))
    .on_failure(OnFailure::Collect)
    .named("doubles")
    .await
}

async fn inside_of_a_task() {
    let (mut sum, log) = (0, Mutex::default());
    assert_eq!(borrows(&[1, 2, 3], &mut sum, &log).await.unwrap(), 3);
    assert_eq!((sum, log.into_inner().unwrap()), (12, vec![2, 4, 6]));
}

async fn serve(ready: Ready<u16>) -> Result<(), io::Error> {
    ready.set(80);
    Ok(())
}

async fn when_ready() {
    let port = task_group(async |group: Group<AppError>| {
        let port = send(group.spawn_ready(serve)).await?;
        send(group.ready()).await;
        let stopped: Child<()> = group.spawn(std::future::pending());
        assert!(send(stopped.cancel()).await.is_none());
        Ok(port)
    });
    assert_eq!(port.await.unwrap(), 80);
}

/// Children spawn into the group they are in.
async fn from_children() {
    let group = task_group(async |group| {
        let inner = group.clone();
        group.spawn(async move {
            inner.spawn(async {});
        });
    });
    group.await.unwrap();
}

/// The body may hold what stays on its thread, on a thread of its own.
async fn not_send() {
    let cell = Cell::new(1);
    let seen = &cell;
    let group = task_group(async move |group| {
        group.spawn(async {});
        std::future::ready(()).await;
        seen.set(2);
    });
    group.await.unwrap();
    assert_eq!(cell.get(), 2);
}

/// A plain closure that returns a future is a body as well.
async fn of_a_block() {
    let group = task_group(|group: Group<AppError>| async move {
        group.spawn(double(1));
        Ok(7)
    });
    assert_eq!(group.await.unwrap(), 7);
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    spawn(inside_of_a_task()).await.unwrap();
    spawn(when_ready()).await.unwrap();
    spawn(from_children()).await.unwrap();
    spawn(of_a_block()).await.unwrap();
    not_send().await;
}
