//! The types of a group, and how it shows.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::io;
use std::num::ParseIntError;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::yield_now;
use weftwork::{Child, Group, GroupError, Outcome, TaskError, TaskKind, spawn, task_group, tasks};
use weftwork_tests::{Log, on_both_runtimes, spin};

#[derive(Debug, PartialEq)]
enum AppError {
    Number(ParseIntError),
    Task(String),
    Other(&'static str),
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "app: {self:?}")
    }
}

impl Error for AppError {}

impl From<ParseIntError> for AppError {
    fn from(error: ParseIntError) -> Self {
        Self::Number(error)
    }
}

impl From<TaskError> for AppError {
    fn from(error: TaskError) -> Self {
        Self::Task(error.to_string())
    }
}

impl From<&'static str> for AppError {
    fn from(text: &'static str) -> Self {
        Self::Other(text)
    }
}

async fn number(text: &str) -> Result<u32, ParseIntError> {
    yield_now().await;
    text.parse()
}

#[test]
fn c92_the_error_of_the_body_is_that_of_the_group() {
    on_both_runtimes(|| async {
        // By an annotation,
        let value = task_group(async |group: Group<AppError>| {
            let one = group.spawn(number("1"));
            let two = group.spawn(number("2"));
            Ok(one.await?? + two.await??)
        })
        .await;
        assert_eq!(value.unwrap(), 3);
        // by the last expression of the body,
        let value = task_group(async |group| {
            group.spawn(number("1"));
            Ok::<_, AppError>(4)
        })
        .await;
        assert_eq!(value.unwrap(), 4);
        // by what takes the result,
        let value: Result<u32, GroupError<AppError>> = task_group(async |group| {
            group.spawn(async { Err::<(), _>("of another type") });
            Ok(5)
        })
        .await;
        assert_eq!(value.unwrap_err().into_first(), AppError::Other("of another type"));
        // by the child that the body ends with.
        let value = task_group(async |group| {
            let child = group.spawn(async { Ok::<_, AppError>(6) });
            child.await?
        })
        .await;
        assert_eq!(value.unwrap(), 6);
    });
}

#[test]
fn c94_errors_of_several_types_become_that_of_the_group() {
    on_both_runtimes(|| async {
        let error = task_group(async |group: Group<AppError>| {
            group.spawn(number("x"));
            pending::<Result<(), AppError>>().await
        })
        .await
        .unwrap_err();
        assert!(matches!(error.into_first(), AppError::Number(_)));
    });
}

#[test]
fn c94_a_body_that_returns_nothing_has_boxed_errors() {
    on_both_runtimes(|| async {
        task_group(async |group| {
            group.spawn(async {});
        })
        .await
        .unwrap();

        let error = task_group(async |group| {
            group.spawn_named("number", number("x"));
            group.spawn(async { Ok::<_, io::Error>(()) });
            pending::<()>().await;
        })
        .await
        .unwrap_err();
        assert_eq!(error.first().name(), Some("number"));
        let boxed: Box<dyn Error + Send + Sync> = error.into_first();
        assert!(boxed.is::<ParseIntError>());

        let error = task_group(async |group| {
            group.spawn(async { Err::<(), _>("a text") });
            pending::<()>().await;
        })
        .await
        .unwrap_err();
        assert_eq!(error.into_first().to_string(), "a text");
    });
}

#[test]
fn c94_with_anyhow() {
    on_both_runtimes(|| async {
        let error = task_group(async |group: Group<anyhow::Error>| {
            group.spawn(async {
                number("x").await?;
                anyhow::Ok(())
            });
            pending::<anyhow::Result<()>>().await
        })
        .await
        .unwrap_err();
        assert!(error.first().error().is::<ParseIntError>());
        // The whole goes on by `?` as well.
        let whole = anyhow::Error::from(error);
        assert!(whole.to_string().contains("invalid digit"), "{whole}");
    });
}

#[test]
fn c94_an_output_of_ones_own_type_says_whether_it_has_failed() {
    struct Health(bool);

    impl Outcome<String> for Health {
        fn failure(&self) -> Option<String> {
            (!self.0).then(|| "down".to_owned())
        }

        fn judge(self) -> Result<Self, String> {
            if self.0 { Ok(self) } else { Err("down".into()) }
        }
    }

    on_both_runtimes(|| async {
        let error = task_group(async |group: Group<String>| {
            assert!(group.spawn(async { Health(true) }).await.unwrap().0);
            group.spawn(async { Health(false) });
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        assert_eq!(error.into_first(), "down");
    });
}

#[test]
fn c112_the_body_may_borrow() {
    on_both_runtimes(|| async {
        let (names, mut seen) = (vec!["1".to_owned(), "2".to_owned()], Vec::new());
        let total = task_group(async |group: Group<AppError>| {
            let mut total = 0;
            for name in &names {
                let of_child = name.clone();
                total += group.spawn(async move { number(&of_child).await }).await??;
                seen.push(name.as_str());
            }
            Ok(total)
        })
        .await
        .unwrap();
        assert_eq!((total, seen), (3, vec!["1", "2"]));
        drop(names);
    });
}

#[test]
fn c92_the_body_may_be_a_closure_that_gives_a_future() {
    async fn run(group: Group<AppError>) -> Result<u32, AppError> {
        Ok(group.spawn(number("8")).await??)
    }
    on_both_runtimes(|| async {
        assert_eq!(task_group(run).await.unwrap(), 8);
        assert_eq!(task_group(run).await.unwrap(), 8);
        assert_eq!(task_group(async move |group| run(group).await).await.unwrap(), 8);
    });
}

/// A task of its own may be in it, and it in a task.
#[test]
fn c92_a_group_is_send() {
    on_both_runtimes(|| async {
        let group = task_group(async |group: Group<AppError>| {
            let free = spawn(number("3"));
            let child = group.spawn(number("4"));
            Ok(free.await?? + child.await??)
        });
        assert_eq!(spawn(group).await.unwrap().unwrap(), 7);
    });
}

#[test]
fn c111_debug_names_the_unfinished_and_counts_the_finished() {
    on_both_runtimes(|| async {
        task_group(async |group: Group<String>| {
            let shown = format!("{group:?}");
            assert_eq!(shown, "Group { unfinished: [], finished: 0, is_cancelling: false, is_over: false }");
            let gate = Arc::new(Notify::new());
            let inner = gate.clone();
            let waiting = group.spawn_named("waiting", async move { inner.notified().await });
            let ended = group.spawn_named("ended", async {});
            ended.await.unwrap();
            let shown = format!("{group:?}");
            let expected = format!(
                "Group {{ unfinished: [\"waiting {}\"], finished: 1, is_cancelling: false, is_over: false }}",
                waiting.id()
            );
            assert_eq!(shown, expected);
            gate.notify_one();
            waiting.await.unwrap();
            assert!(format!("{group:?}").contains("unfinished: [], finished: 2"));
            Ok(())
        })
        .await
        .unwrap();
    });
}

#[test]
fn c111_debug_says_whether_it_is_cancelling_or_over() {
    on_both_runtimes(|| async {
        let kept = task_group(async |group: Group<String>| {
            group.cancel();
            assert!(format!("{group:?}").contains("is_cancelling: true"), "{group:?}");
            Ok(group)
        })
        .await
        .unwrap();
        let shown = format!("{kept:?}");
        assert!(shown.contains("is_cancelling: false") && shown.contains("is_over: true"), "{shown}");
    });
}

#[test]
fn c111_debug_of_a_child_and_of_the_future() {
    on_both_runtimes(|| async {
        task_group(async |group: Group<String>| {
            let child: Child<()> = group.spawn_named("shown", pending());
            let shown = format!("{child:?}");
            assert!(shown.starts_with("Child { name: \"shown\", id: #"), "{shown}");
            assert!(shown.contains("forms.rs") && shown.ends_with("state: running }"), "{shown}");
            assert!(child.cancel().await.is_none());
            let child = group.spawn(async {});
            while !child.is_finished() {
                yield_now().await;
            }
            let shown = format!("{child:?}");
            assert!(!shown.contains("name") && shown.ends_with("state: finished }"), "{shown}");
            Ok(())
        })
        .await
        .unwrap();
        let future = task_group(async |_: Group<String>| Ok(()));
        let shown = format!("{future:?}");
        assert!(shown.starts_with("TaskGroup {") && shown.contains("forms.rs"), "{shown}");
        drop(future);
    });
}

#[tokio::test(start_paused = true)]
async fn c111_the_list_shows_children_under_their_group() {
    task_group(async |group: Group<String>| {
        group.spawn_named("c111 child", pending::<()>());
        spin().await;
        let all = tasks();
        let of = |name: &str| all.iter().find(|task| task.name() == name).unwrap_or_else(|| panic!("{name} in {all}"));
        let (whole, child) = (of("c111 group"), of("c111 child"));
        assert_eq!((whole.kind(), child.kind()), (TaskKind::Group, TaskKind::Child));
        assert_eq!(child.parent(), Some(whole.id()));
        group.cancel();
        Ok(())
    })
    .named("c111 group")
    .await
    .unwrap();
    assert!(tasks().iter().all(|task| !task.name().starts_with("c111")));
}

#[test]
fn c94_the_errors_of_a_group_show_who_has_failed_and_where() {
    on_both_runtimes(|| async {
        let log = Log::new();
        let line = line!() + 2;
        let error = task_group(async |group: Group<String>| {
            group.spawn_named("port", async { Err::<(), _>("in use") });
            log.note("spawned");
            pending::<Result<(), String>>().await
        })
        .await
        .unwrap_err();
        let site = error.first().site().unwrap();
        assert!(site.file().ends_with("forms.rs") && site.line() == line, "{site}");
        let expected = format!("the task `port` {} ({site}) failed: in use", error.first().id().unwrap());
        assert_eq!(error.to_string(), expected);
        let shown: &dyn Error = &error;
        assert_eq!(shown.to_string(), expected);
        assert_eq!((&error).into_iter().count(), 1);
    });
}
