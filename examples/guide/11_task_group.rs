//! A pipeline in a group: three readers at once, one writer behind them, and a line that can not be read.
//!
//! `cargo run --example 11_task_group`

use std::num::ParseIntError;

use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::yield_now;
use weftwork::{Context, Group, GroupError, OnFailure, TaskError, context, secs, task_group, with};

const GOOD: &[&str] = &["tea 3", "cake 2", "tea 1", "milk 4", "tea 2"];
const BAD: &[&str] = &["tea 3", "cake two", "tea 1", "milk", "tea 2"];

#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("a number is missing")]
    Short,
    #[error(transparent)]
    Number(#[from] ParseIntError),
}

#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error(transparent)]
    Lines(#[from] GroupError<LineError>),
    #[error(transparent)]
    Task(#[from] TaskError),
}

/// Reads a line and hands it on.
async fn read(line: &'static str, orders: Sender<u32>) -> Result<(), LineError> {
    yield_now().await;
    let (_, pieces) = line.split_once(' ').ok_or(LineError::Short)?;
    // If the ledger is gone the whole import is about to be.
    let _ = orders.send(pieces.parse()?).await;
    Ok(())
}

fn ledger() -> Context<Vec<u32>> {
    context!(async {
        let (_, exit) = yield Vec::new();
        yield_now().await; // closes the file
        println!("  the ledger is closed: {exit:?}");
    })
}

/// Writes what is read, up to the end of it.
async fn write(mut orders: Receiver<u32>) -> Result<u32, ImportError> {
    let total = with!(ledger = ledger(), {
        while let Some(pieces) = orders.recv().await {
            ledger.push(pieces);
        }
        ledger.iter().sum::<u32>()
    });
    Ok(total.await)
}

async fn import(lines: &[&'static str], on_failure: OnFailure) -> Result<u32, GroupError<ImportError>> {
    task_group(async |stages: Group<ImportError>| {
        let (orders, queue) = mpsc::channel(2);
        let total = stages.spawn_named("ledger", write(queue));
        task_group(async |readers: Group<LineError>| {
            for (number, line) in (1..).zip(lines) {
                // A file of any length: the next line is taken when there is a place for it.
                readers.ready().await;
                readers.spawn_named(format!("line {number}"), read(line, orders.clone()));
            }
            Ok(())
        })
        .limit(3)
        .on_failure(on_failure)
        .await?;
        drop(orders); // the end of the queue, and so of the ledger
        total.await?
    })
    .grace(secs(5))
    .await
}

fn show(result: Result<u32, GroupError<ImportError>>) {
    match result.map_err(GroupError::into_first) {
        Ok(pieces) => println!("{pieces} pieces"),
        Err(ImportError::Lines(errors)) => {
            for error in &errors {
                println!("{}: {}", error.name().unwrap_or("the file"), error.error());
            }
        }
        Err(error) => println!("{error}"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    show(import(GOOD, OnFailure::Cancel).await);
    println!("the first error ends it:");
    show(import(BAD, OnFailure::Cancel).await);
    println!("every line is read, and then every error told:");
    show(import(BAD, OnFailure::Collect).await);
}
