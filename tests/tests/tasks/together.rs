//! A `gather!` and the like whose children are tasks: one entry that stands for all of them.

use std::future::pending;

use tokio::sync::oneshot;
use weftwork::{TaskKind, gather, spawn, tasks};
use weftwork_tests::{poll_once, spin};

use super::kit::{alive, one};

#[tokio::test]
async fn a_gather_of_tasks_is_listed_while_it_runs() {
    let line = line!() + 1;
    let mut gathered = Box::pin(gather!(
        for _ in 0..3 {
            pending::<()>()
        },
        spawn
    ));
    assert!(poll_once(gathered.as_mut()).is_pending());
    let here = || tasks().into_iter().find(|task| task.site().file().ends_with("together.rs") && task.site().line() == line);
    let found = here().expect("it is listed");
    assert_eq!(found.kind(), TaskKind::Together);
    assert!(found.to_string().starts_with("tasks of `"), "{found}");
    drop(gathered);
    spin().await;
    assert!(here().is_none());
}

#[tokio::test]
async fn what_its_children_spawn_stands_under_it() {
    let (said, is_said) = oneshot::channel();
    let outer = spawn(async {
        let mut said = Some(said);
        gather!(
            for _ in 0..1 {
                let said = said.take();
                async move {
                    let _inner = spawn(pending::<()>()).named("together inner");
                    said.unwrap().send(()).unwrap();
                    pending::<()>().await;
                }
            },
            spawn
        )
        .await;
    });
    is_said.await.unwrap();
    let parent = one("together inner").parent().expect("it has one");
    let parent = tasks().into_iter().find(|task| task.id() == parent).expect("it lives");
    assert_eq!((parent.kind(), parent.parent()), (TaskKind::Together, Some(outer.id())));
    outer.cancel().await;
    spin().await;
    assert_eq!(alive("together inner"), 0);
}
