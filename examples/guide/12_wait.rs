//! Some of several: copies of a file on four servers, of which two have to agree. Whoever is late is waited for no longer than needed.
//!
//! `cargo run --example 12_wait`

use std::future::pending;

use tokio::time::sleep;
use weftwork::{PendingTasks, Until, Wait, millis, secs, spawn, wait};

#[derive(Debug, thiserror::Error)]
#[error("{0} is down")]
struct Down(&'static str);

struct Answer {
    server: &'static str,
    version: u32,
}

async fn ask(server: &'static str) -> Result<Answer, Down> {
    match server {
        "near" => Ok(Answer { server, version: 7 }),
        "old" => {
            sleep(millis(20)).await;
            Ok(Answer { server, version: 6 })
        }
        "far" => {
            sleep(millis(200)).await;
            Ok(Answer { server, version: 7 })
        }
        "silent" => pending().await,
        _ => Err(Down(server)),
    }
}

/// The version on which two servers agree.
async fn agreed(servers: &[&'static str]) -> Option<u32> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut rest: Vec<_> = servers.iter().map(|server| spawn(ask(server)).named(*server)).collect();
    while !rest.is_empty() {
        let Wait { done, pending } = wait(rest, Until::FirstCompleted).timeout(secs(5)).await;
        if done.is_empty() {
            pending.cancel().await;
            return None;
        }
        for task in done {
            // It has ended: this does not wait.
            match task.await {
                Ok(Ok(answer)) => {
                    println!("{} has version {}", answer.server, answer.version);
                    if answers.iter().any(|other| other.version == answer.version) {
                        give_up(pending).await;
                        return Some(answer.version);
                    }
                    answers.push(answer);
                }
                Ok(Err(error)) => println!("{error}"),
                Err(error) => println!("{error}"),
            }
        }
        rest = pending.into_iter().collect();
    }
    None
}

async fn give_up(pending: PendingTasks<Result<Answer, Down>>) {
    for task in &pending {
        println!("{} is not waited for", task.name().unwrap_or("?"));
    }
    pending.cancel().await;
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("agreed: {:?}", agreed(&["silent", "far", "old", "near"]).await);

    // Until one fails; without a failure that is until all have ended.
    let tasks = ["silent", "broken", "near"].map(|server| spawn(ask(server)).named(server));
    let Wait { done, pending } = wait(tasks, Until::FirstError).await;
    let names = |names: Vec<_>| names.join(", ");
    println!("ended: {}", names(done.iter().filter_map(|task| task.name()).collect()));
    println!("pending: {}", names(pending.iter().filter_map(|task| task.name()).collect()));
    pending.cancel().await;

    // No time is enough for what has ended.
    let tasks = ["near", "silent"].map(|server| spawn(ask(server)));
    tokio::task::yield_now().await;
    let Wait { done, pending } = wait(tasks, Until::All).timeout(millis(0)).await;
    println!("{} have ended, {} have not", done.len(), pending.len());
}
