//! Many, on many threads, and what is left behind them.

use std::collections::HashSet;
use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};

use tokio::runtime::Builder;
use weftwork::{Group, spawn, task_group, tasks};
use weftwork_tests::on_both_runtimes;

use super::kit::{alive, current_thread, listed, one, until};

const THREADS: usize = 24;
const EACH: usize = 200;

/// More threads than the list has parts, each with a runtime of its own.
#[test]
fn of_many_threads_each_is_listed_once() {
    let met = Arc::new(Barrier::new(THREADS + 1));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let met = met.clone();
            std::thread::spawn(move || {
                let runtime = current_thread();
                runtime.block_on(async {
                    let all: Vec<_> = (0..EACH).map(|_| spawn(pending::<()>()).named("many threads")).collect();
                    met.wait();
                    met.wait();
                    all.into_iter().map(|task| task.id()).collect::<Vec<_>>()
                })
            })
        })
        .collect();
    met.wait();
    let found: Vec<_> = listed("many threads").iter().map(weftwork::TaskInfo::id).collect();
    let text = tasks().to_string();
    met.wait();
    let ids: HashSet<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!((found.len(), ids.len()), (THREADS * EACH, THREADS * EACH));
    assert_eq!(found.into_iter().collect::<HashSet<_>>(), ids);
    assert_eq!(text.matches("`many threads` #").count(), THREADS * EACH);
    assert_eq!(alive("many threads"), 0, "the runtimes are gone");
}

/// While lists are made on one thread, tasks come, get their names, move between workers and go on others.
#[test]
fn lists_are_made_while_tasks_come_and_go() {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    // They were there before the first look.
    let stand: Vec<_> = {
        let _entered = runtime.enter();
        (0..10).map(|_| spawn(pending::<()>()).named("many stands")).collect()
    };
    let is_over = Arc::new(AtomicBool::new(false));
    let looking = {
        let is_over = is_over.clone();
        std::thread::spawn(move || {
            let mut looks = 0_u64;
            while !is_over.load(Ordering::Relaxed) || looks == 0 {
                let all = tasks();
                let ids: HashSet<_> = all.iter().map(weftwork::TaskInfo::id).collect();
                assert_eq!(ids.len(), all.len(), "none is there twice");
                let shown = all.to_string();
                assert_eq!(shown.lines().count(), all.len(), "a line for each");
                let stands = all.iter().filter(|task| task.name() == "many stands").count();
                assert_eq!(stands, 10, "those that stand are in every list");
                looks += 1;
            }
        })
    };
    let workers: Vec<_> = (0..4)
        .map(|_| {
            runtime.spawn(async {
                for _ in 0..300 {
                    let task = spawn(tokio::task::yield_now()).named("many come and go");
                    task_group(async |group: Group<String>| {
                        group.spawn_named("many children", tokio::task::yield_now());
                        group.spawn_named("many children", tokio::task::yield_now());
                        Ok(())
                    })
                    .await
                    .unwrap();
                    task.await.unwrap();
                    drop(spawn(pending::<()>()).named("many come and go"));
                }
            })
        })
        .collect();
    runtime.block_on(async {
        for worker in workers {
            worker.await.unwrap();
        }
        until(|| alive("many come and go") == 0).await;
    });
    is_over.store(true, Ordering::Relaxed);
    looking.join().unwrap();
    assert_eq!((alive("many children"), alive("many stands")), (0, 10));
    drop(stand);
    runtime.block_on(until(|| alive("many stands") == 0));
}

#[test]
fn behind_a_burst_the_list_is_as_before() {
    on_both_runtimes(|| async {
        for _ in 0..3 {
            let all: Vec<_> = (0..20_000).map(|_| spawn(pending::<()>()).named("many burst")).collect();
            assert_eq!(alive("many burst"), 20_000);
            // The half of them ends in another order than it has come.
            let (mut odd, mut even) = (Vec::new(), Vec::new());
            for (number, task) in all.into_iter().enumerate() {
                if number % 2 == 0 { even.push(task) } else { odd.push(task) }
            }
            drop(even);
            until(|| alive("many burst") == 10_000).await;
            let left: HashSet<_> = listed("many burst").iter().map(weftwork::TaskInfo::id).collect();
            assert_eq!(left, odd.iter().map(weftwork::Task::id).collect());
            drop(odd);
            until(|| alive("many burst") == 0).await;
            let next = spawn(pending::<()>()).named("many behind");
            assert_eq!(one("many behind").id(), next.id());
            next.cancel().await;
        }
    });
}

/// A place in the list is used again, and what knew the one that had it before does not take it for the new one.
#[tokio::test]
async fn a_handle_of_one_that_is_gone_is_no_handle_of_the_next_one() {
    let ended = spawn(async { 7 }).named("many ended");
    until(|| alive("many ended") == 0).await;
    let next = spawn(pending::<()>()).named("many next");
    let ended = ended.named("many renamed");
    assert_eq!((alive("many renamed"), one("many next").id()), (0, next.id()));
    assert_eq!(ended.cancel().await, Some(7));
    assert_eq!(alive("many next"), 1, "it was not the one that was cancelled");
    next.cancel().await;
}
