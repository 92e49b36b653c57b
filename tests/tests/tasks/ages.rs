//! How long something has lived, and the order of the list. The clock is advanced when the first turn is over.

use std::future::pending;

use tokio::time::advance;
use weftwork::{Group, background, drain_background, millis, secs, spawn, task_group, tasks};
use weftwork_tests::spin;

use super::kit::{listed, one};

#[tokio::test(start_paused = true)]
async fn the_age_is_that_on_the_clock_of_the_runtime() {
    let task = spawn(pending::<()>()).named("age one");
    background("age background", pending::<()>());
    spin().await;
    assert_eq!(one("age one").age(), secs(0));
    advance(secs(2)).await;
    assert_eq!((one("age one").age(), one("age background").age()), (secs(2), secs(2)));
    assert!(one("age one").to_string().ends_with(", 2.0s"), "{}", one("age one"));
    advance(millis(1500)).await;
    assert_eq!(one("age one").age(), millis(3500));
    assert!(one("age background").to_string().ends_with(", 3.5s"));
    drop(task);
    assert!(drain_background(secs(0)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_age_of_a_group_and_of_its_children() {
    task_group(async |group: Group<String>| {
        spin().await;
        advance(secs(1)).await;
        group.spawn_named("age child", pending::<()>());
        spin().await;
        advance(secs(1)).await;
        assert_eq!((one("age group").age(), one("age child").age()), (secs(2), secs(1)));
        group.cancel();
        Ok(())
    })
    .named("age group")
    .await
    .unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_oldest_come_first() {
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(spawn(pending::<()>()).named("age order"));
        all.push(spawn(pending::<()>()).named("age order"));
        spin().await;
        advance(secs(1)).await;
    }
    let found = listed("age order");
    let ages: Vec<u64> = found.iter().map(|task| task.age().as_secs()).collect();
    assert_eq!(ages, [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
    // Of one age they stand in the order in which they were spawned.
    let spawned: Vec<_> = all.iter().map(weftwork::Task::id).collect();
    assert_eq!(found.iter().map(weftwork::TaskInfo::id).collect::<Vec<_>>(), spawned);
    assert!(tasks().iter().is_sorted_by(|a, b| a.age() >= b.age()));
}

/// What is seen does not grow older.
#[tokio::test(start_paused = true)]
async fn a_list_is_of_its_moment() {
    let task = spawn(pending::<()>()).named("age moment");
    spin().await;
    advance(secs(1)).await;
    let seen = one("age moment");
    advance(secs(1)).await;
    assert_eq!((seen.age(), one("age moment").age()), (secs(1), secs(2)));
    drop(task);
}
