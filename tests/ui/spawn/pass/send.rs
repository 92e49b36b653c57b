//! Everything that belongs to a task goes to other threads, whatever it ends with.

#![deny(warnings)]

use std::cell::Cell;
use std::num::ParseIntError;

use weftwork::{Task, TaskError, TaskId, spawn};

fn send<T: Send>(value: T) -> T {
    value
}

fn send_and_sync<T: Send + Sync>() {}

/// An output that is not `Sync` is no reason for a handle that is not.
async fn handles() {
    let task: Task<Cell<u8>> = send(spawn(async { Cell::new(7) })).named("seven");
    assert_eq!(spawn(send(task)).await.unwrap().unwrap().get(), 7);
    let task = spawn(std::future::pending::<Cell<u8>>());
    assert!(spawn(send(task.cancel())).await.unwrap().is_none());
}

/// A task may start others, and hold them over an `.await`.
async fn nested(text: &'static str) -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    async fn parse(text: &str) -> Result<u8, ParseIntError> {
        text.parse()
    }
    let mut task = spawn(parse(text)).named(String::from("parse"));
    tokio::select! {
        done = &mut task => Ok(done??),
        () = std::future::pending() => Ok(0),
    }
}

/// Of an output that can not be judged as well.
async fn drops(task: Task<Cell<u8>>) -> TaskId {
    let id = task.id();
    std::future::ready(()).await;
    id
}

async fn io() -> Result<u8, std::io::Error> {
    Ok(spawn(async { 7 }).await?)
}

fn fails(error: TaskError) -> Box<dyn std::error::Error + Send + Sync> {
    error.into()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    send_and_sync::<TaskError>();
    send_and_sync::<TaskId>();
    spawn(handles()).await.unwrap();
    assert_eq!(spawn(nested("7")).await.unwrap().unwrap(), 7);
    spawn(drops(spawn(std::future::pending()))).await.unwrap();
    assert_eq!(spawn(io()).await.unwrap().unwrap(), 7);
    spawn(async {}).detach();
    spawn(async { Ok::<_, String>(7) }).detach();
    spawn(async { Err::<(), _>(fails(spawn(async { panic!("on purpose") }).await.map(|()| ()).unwrap_err())) }).detach();
}
