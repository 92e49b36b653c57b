//! `spawn`, `task_group`, `wait`, `background` and the list of tasks: every documented form.

use std::fmt;
use std::io;
use std::time::Duration;

use weftwork::{
    Child, ChildError, CleanUp, Group, GroupError, OnFailure, Outcome, PendingTasks, Ready, Report, ReportKind, Restart, Task,
    TaskError, TaskId, TaskInfo, TaskKind, Tasks, Until, Wait, background, background_with_restart, drain_background, secs,
    set_report_hook, spawn, task_group, tasks, wait,
};

/// What goes wrong here.
#[derive(Debug)]
pub enum AppError {
    /// Of a file.
    Io(io::Error),
    /// Of a task.
    Task(TaskError),
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Task(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AppError {}

impl From<io::Error> for AppError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<TaskError> for AppError {
    fn from(error: TaskError) -> Self {
        Self::Task(error)
    }
}

async fn load(id: u32) -> Result<u32, io::Error> {
    std::future::ready(Ok(id)).await
}

async fn rest() {
    std::future::ready(()).await;
}

/// One, with a name.
///
/// # Errors
/// When it fails, in whatever way.
pub async fn one() -> Result<u32, AppError> {
    let task = spawn(load(1)).named("load");
    let name = task.name().map_or(0, str::len);
    let site = task.site().line();
    let value = if task.is_finished() { 0 } else { task.await?? };
    Ok(value + site + u32::try_from(name).unwrap_or(0))
}

/// Every way to let go of one.
pub async fn let_go() -> Option<Result<u32, io::Error>> {
    spawn(rest()).detach();
    spawn(load(2)).detach();
    let mut task = spawn(load(3));
    if let Some(ended) = task.try_result() {
        return ended.ok();
    }
    task.cancel().await
}

/// What an error says.
///
/// # Errors
/// The panic, which goes on, or what it was.
pub fn say(error: TaskError) -> Result<(bool, Option<String>), TaskError> {
    if error.is_panic() {
        std::panic::resume_unwind(error.into_panic()?);
    }
    let said = error.message();
    Ok((error.is_cancelled() || error.is_failure() || error.name().is_some(), said))
}

/// A group with everything that can be said of it.
///
/// # Errors
/// When a child fails.
pub async fn group(names: &[String]) -> Result<Vec<u32>, GroupError<AppError>> {
    task_group(async |group: Group<AppError>| {
        let mut children: Vec<Child<Result<u32, io::Error>>> = Vec::new();
        for (number, name) in names.iter().enumerate() {
            group.ready().await;
            children.push(group.spawn_named(name.clone(), load(u32::try_from(number).unwrap_or(0))));
        }
        group.spawn(rest());
        let inner = group.clone();
        group.spawn(async move {
            inner.spawn(rest());
        });
        let mut loaded = Vec::new();
        for child in children {
            loaded.push(child.await??);
        }
        Ok(loaded)
    })
    .limit(4)
    .grace(secs(5))
    .on_failure(OnFailure::Collect)
    .named("all")
    .await
}

/// One whose body gives nothing.
///
/// # Errors
/// When a child fails.
pub async fn plain() -> Result<(), GroupError<Box<dyn std::error::Error + Send + Sync>>> {
    task_group(async |group| {
        group.spawn(load(1));
        if group.len() > 1 && group.is_open() && !group.is_empty() {
            group.cancel();
        }
    })
    .await
}

/// Others rely on it.
///
/// # Errors
/// When it does not come up.
pub async fn service() -> Result<u32, GroupError<AppError>> {
    async fn serve(ready: Ready<u32>) -> io::Result<()> {
        rest().await;
        ready.set(7);
        Ok(())
    }
    task_group(async |group: Group<AppError>| {
        let port = group.spawn_ready(serve).await?;
        Ok(port)
    })
    .await
}

/// What a group says.
#[must_use]
pub fn all_of(error: &GroupError<AppError>) -> Vec<String> {
    let names = error.iter().filter_map(ChildError::name).map(str::to_owned);
    let clean_ups = error.clean_ups().iter().map(ToString::to_string);
    names.chain(clean_ups).collect()
}

/// Some of several.
///
/// # Errors
/// When one fails.
pub async fn some() -> Result<u32, AppError> {
    let tasks: Vec<Task<Result<u32, io::Error>>> = (0..4).map(|id| spawn(load(id))).collect();
    let Wait { done, pending } = wait(tasks, Until::FirstCompleted).timeout(secs(10)).await;
    let mut sum = 0;
    for task in done {
        sum += task.await??;
    }
    let Wait { done, pending } = wait(pending, Until::FirstError).await;
    sum += u32::try_from(done.len()).unwrap_or(0);
    let rest: PendingTasks<_> = wait(pending, Until::All).await.pending;
    rest.cancel().await;
    Ok(sum)
}

/// An output that says by itself what it is.
#[derive(Clone, Copy, Debug)]
pub enum Health {
    /// Fine.
    Fine,
    /// Down.
    Down,
}

impl Outcome for Health {
    fn failure(&self) -> Option<String> {
        matches!(self, Self::Down).then(|| String::from("down"))
    }

    fn judge(self) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        match self {
            Self::Fine => Ok(self),
            Self::Down => Err("down".into()),
        }
    }
}

/// Of the program.
pub async fn program() -> Vec<CleanUp> {
    background("once", rest());
    background(String::from("mail"), load(1));
    background("health", async { Health::Fine });
    let restart = Restart::new().backoff(Duration::from_millis(500), secs(60)).limit(10);
    background_with_restart("flush", restart, || load(2));
    background_with_restart("again", Restart::default(), async || load(3).await);
    drain_background(secs(10)).await
}

/// What lives.
#[must_use]
pub fn living() -> (Tasks, Vec<TaskId>) {
    let all = tasks();
    let of_the_program = |task: &&TaskInfo| task.kind() == TaskKind::Background && task.parent().is_none();
    let old = all.iter().filter(of_the_program).filter(|task| task.age() > secs(1)).map(TaskInfo::id).collect();
    (all, old)
}

/// Where failures go.
pub fn reports() {
    set_report_hook(|report: &Report| match report.kind() {
        ReportKind::TaskFailed | ReportKind::TaskPanicked | ReportKind::TaskOverdue => drop(report.task()),
        _ => {}
    });
}
