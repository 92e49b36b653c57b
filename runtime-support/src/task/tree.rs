//! What users see of everything that lives.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

use tokio::time::Instant;

use super::list::{Seen, seen};
use super::who::{TaskId, Who};

/// What a [`TaskInfo`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskKind {
    /// A task of [`spawn`](crate::spawn).
    Task,
    /// A child of a [`task_group`](crate::task_group).
    Child,
    /// A group, which is no task of its own. Its children stand under it.
    Group,
    /// A task of [`background`](crate::background).
    Background,
    /// A `gather!`, `as_completed!` or race whose children are tasks, by `spawn`. It stands for all of them.
    Together,
}

/// One that lives, as [`tasks`] has found it.
#[derive(Clone, Debug)]
pub struct TaskInfo {
    who: Who,
    kind: TaskKind,
    parent: Option<TaskId>,
    age: Duration,
}

impl TaskInfo {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.who.id
    }

    /// The name that it was given, or that of its future's type, which for an `async fn` is the function's path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.who.name.text()
    }

    /// Where it was spawned.
    #[must_use]
    pub fn site(&self) -> &'static Location<'static> {
        self.who.site
    }

    /// How long it had lived: since it first had to wait. Of one that has not come to that it is the time since it was first listed.
    #[must_use]
    pub fn age(&self) -> Duration {
        self.age
    }

    /// Who had spawned it, if that was one of ours: a task, or a group. It need not live any more.
    #[must_use]
    pub fn parent(&self) -> Option<TaskId> {
        self.parent
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> TaskKind {
        self.kind
    }
}

impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TaskKind::Task | TaskKind::Child => "",
            TaskKind::Group => "group ",
            TaskKind::Background => "background ",
            TaskKind::Together => "tasks of ",
        };
        write!(f, "{what}`{}` {} {}, {:.1?}", self.who.name.text(), self.who.id, self.who.site, self.age)
    }
}

/// Everything that lives, the oldest first: what [`tasks`] returns.
///
/// Displayed it is a tree: what was spawned stands under who had spawned it.
#[derive(Clone, Debug)]
pub struct Tasks {
    all: Vec<TaskInfo>,
}

/// Lists the tasks that live now, on all runtimes of the process: those of [`spawn`](crate::spawn), of groups, with the groups
/// themselves, and of [`background`](crate::background). A task that was started by `tokio::spawn` is not among them.
///
/// A task lives until its future is gone. The list is made one part after the other while the program runs on, so that it need not
/// show a single moment.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::{spawn, tasks};
///
/// let outer = spawn(async {
///     let _inner = spawn(std::future::pending::<()>()).named("inner");
///     std::future::pending::<()>().await;
/// })
/// .named("outer");
/// tokio::task::yield_now().await;
///
/// let all = tasks();
/// let inner = all.iter().find(|task| task.name() == "inner").unwrap();
/// assert_eq!(inner.parent(), Some(outer.id()));
/// println!("{all}"); // `outer` #1 src/main.rs:4:13, 12.1µs
///                    // └── `inner` #2 src/main.rs:5:18, 10.3µs
/// # assert!(all.to_string().contains("└── `inner`"));
/// # });
/// ```
#[must_use]
pub fn tasks() -> Tasks {
    let mut all = seen();
    // Numbers of several threads are given out in blocks.
    all.sort_by_key(|Seen { who, since, .. }| (*since, who.id));
    let now = Instant::now();
    let age = |since| now.saturating_duration_since(since);
    let all = all.into_iter().map(|Seen { who, kind, parent, since }| TaskInfo { who, kind, parent, age: age(since) }).collect();
    Tasks { all }
}

impl Tasks {
    /// One after the other, the oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, TaskInfo> {
        self.all.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl IntoIterator for Tasks {
    type Item = TaskInfo;
    type IntoIter = std::vec::IntoIter<TaskInfo>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.into_iter()
    }
}

impl<'a> IntoIterator for &'a Tasks {
    type Item = &'a TaskInfo;
    type IntoIter = std::slice::Iter<'a, TaskInfo>;

    fn into_iter(self) -> Self::IntoIter {
        self.all.iter()
    }
}

impl fmt::Display for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: BTreeMap<TaskId, ()> = self.all.iter().map(|task| (task.id(), ())).collect();
        let mut under: BTreeMap<Option<TaskId>, Vec<&TaskInfo>> = BTreeMap::new();
        for task in &self.all {
            // One whose parent is gone stands at the left.
            let parent = task.parent.filter(|parent| known.contains_key(parent));
            under.entry(parent).or_default().push(task);
        }
        // A stack instead of recursion: how deep tasks stand in one another is the program's business.
        let mut open: Vec<(String, std::vec::IntoIter<&TaskInfo>)> = Vec::new();
        open.extend(under.remove(&None).map(|roots| (String::new(), roots.into_iter())));
        let mut is_first = true;
        while let Some((indent, tasks)) = open.last_mut() {
            let Some(task) = tasks.next() else {
                open.pop();
                continue;
            };
            let is_last = tasks.len() == 0;
            let indent = indent.clone();
            if !std::mem::take(&mut is_first) {
                writeln!(f)?;
            }
            let is_root = open.len() == 1;
            let (branch, below) = match (is_root, is_last) {
                (true, _) => ("", ""),
                (false, false) => ("├── ", "│   "),
                (false, true) => ("└── ", "    "),
            };
            write!(f, "{indent}{branch}{task}")?;
            if let Some(children) = under.remove(&Some(task.id())) {
                open.push((format!("{indent}{below}"), children.into_iter()));
            }
        }
        Ok(())
    }
}
