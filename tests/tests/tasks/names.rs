//! What an entry says: name, number, place, kind.

use std::collections::HashSet;
use std::future::{pending, ready};

use weftwork::{Group, TaskKind, background, drain_background, secs, spawn, task_group, tasks};
use weftwork_tests::{on_both_runtimes, poll_once, spin};

use super::kit::{alive, listed, one, until};

async fn work_without_a_name() {
    pending::<()>().await;
}

#[test]
fn c87_a_name_that_was_given() {
    on_both_runtimes(|| async {
        let line = line!() + 1;
        let task = spawn(work_without_a_name()).named("c87 given");
        let info = one("c87 given");
        assert_eq!((info.kind(), info.parent(), info.id()), (TaskKind::Task, None, task.id()));
        assert_eq!((info.site(), info.site().line()), (task.site(), line));
        assert!(info.site().file().ends_with("names.rs"));
        task.cancel().await;
        assert_eq!(alive("c87 given"), 0);
    });
}

#[tokio::test]
async fn c87_the_last_name_counts() {
    let task = spawn(work_without_a_name()).named("c87 first");
    let task = task.named(String::from("c87 second"));
    assert_eq!((alive("c87 first"), one("c87 second").id(), task.name()), (0, task.id(), Some("c87 second")));
    spin().await;
    let task = task.named("c87 third");
    assert_eq!((alive("c87 second"), one("c87 third").id()), (0, task.id()));
}

/// Without a name it is that of the function, as reports have it.
#[tokio::test]
async fn c87_without_a_name_it_is_that_of_the_function() {
    let task = spawn(work_without_a_name());
    let found = |id| tasks().into_iter().find(|task| task.id() == id).unwrap();
    assert_eq!(found(task.id()).name(), "tasks::names::work_without_a_name");
    assert_eq!(task.name(), None, "it was given none");
    let block = spawn(async { pending::<()>().await });
    assert_eq!(found(block.id()).name(), "tasks::names::c87_without_a_name_it_is_that_of_the_function");
    let type_of_std = spawn(pending::<()>());
    assert!(found(type_of_std.id()).name().contains("future::pending::Pending<()>"), "{:?}", found(type_of_std.id()));
    task_group(async |group| {
        let child = group.spawn(work_without_a_name());
        let info = found(child.id());
        assert_eq!((info.name(), info.kind()), ("tasks::names::work_without_a_name", TaskKind::Child));
        let group_itself = found(info.parent().unwrap());
        let here = "tasks::names::c87_without_a_name_it_is_that_of_the_function";
        assert_eq!((group_itself.name(), group_itself.kind()), (here, TaskKind::Group));
        group.cancel();
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn every_kind_shows_what_it_is() {
    let task = spawn(pending::<()>()).named("kind task");
    background("kind background", pending::<()>());
    let mut group = Box::pin(
        task_group(async |group: Group<String>| {
            group.spawn_named("kind child", pending::<()>());
            pending::<Result<(), String>>().await
        })
        .named("kind group"),
    );
    assert_eq!(alive("kind group"), 0, "it does not live before it is polled");
    assert!(poll_once(group.as_mut()).is_pending());
    let expected = [
        ("kind task", TaskKind::Task, "`kind task` #"),
        ("kind background", TaskKind::Background, "background `kind background` #"),
        ("kind child", TaskKind::Child, "`kind child` #"),
        ("kind group", TaskKind::Group, "group `kind group` #"),
    ];
    for (name, kind, begins) in expected {
        let info = one(name);
        assert_eq!(info.kind(), kind);
        let text = info.to_string();
        assert!(text.starts_with(begins), "{text}");
        assert!(text.starts_with(&format!("{begins}{} {}, ", &info.id().to_string()[1..], info.site())), "{text}");
        assert!(format!("{info:?}").contains(name));
    }
    drop((task, group));
    drain_background(secs(0)).await;
    until(|| alive("kind task") + alive("kind child") + alive("kind group") == 0).await;
}

#[tokio::test]
async fn a_list_can_be_gone_through_in_every_way() {
    let _tasks: Vec<_> = (0..3).map(|_| spawn(pending::<()>()).named("ways")).collect();
    let all = tasks();
    assert!(!all.is_empty() && all.len() >= 3);
    let by_iter: Vec<_> = all.iter().map(weftwork::TaskInfo::id).collect();
    let mut by_reference = Vec::new();
    for task in &all {
        by_reference.push(task.id());
    }
    assert_eq!((by_iter.len(), &by_iter), (all.len(), &by_reference));
    assert_eq!(all.to_string().lines().count(), all.len(), "a line for each");
    assert!(!all.to_string().ends_with('\n'));
    let owned: Vec<_> = all.clone().into_iter().map(|task| task.id()).collect();
    assert_eq!(owned, by_iter);
    // It is a picture, and does not change.
    let kept = all.len();
    drop(_tasks);
    spin().await;
    assert_eq!((all.len(), alive("ways")), (kept, 0));
}

#[test]
fn w48_no_two_have_the_same_number() {
    on_both_runtimes(|| async {
        let spawning = (0..4)
            .map(|_| tokio::spawn(async { (0..500).map(|_| spawn(pending::<()>()).named("w48 numbers")).collect::<Vec<_>>() }));
        let mut all = Vec::new();
        for tasks in spawning.collect::<Vec<_>>() {
            all.extend(tasks.await.unwrap());
        }
        let ids: HashSet<_> = all.iter().map(weftwork::Task::id).collect();
        let found: HashSet<_> = listed("w48 numbers").iter().map(weftwork::TaskInfo::id).collect();
        assert_eq!((ids.len(), &found), (2000, &ids));
        let texts: HashSet<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 2000);
        assert!(texts.iter().all(|text| text.starts_with('#') && text[1..].parse::<u64>().is_ok()));
        drop(all);
        until(|| alive("w48 numbers") == 0).await;
        // A number is not given twice, one that is gone included.
        let next = spawn(ready(()));
        assert!(!ids.contains(&next.id()));
        next.await.unwrap();
    });
}
