//! Looks at the list.

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use weftwork::{TaskId, TaskInfo, Tasks, tasks};

/// One thread, and a clock that stands until everybody waits for it.
pub(crate) fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// What lives under this name.
pub(crate) fn listed(name: &str) -> Vec<TaskInfo> {
    tasks().into_iter().filter(|task| task.name() == name).collect()
}

/// How many that are.
pub(crate) fn alive(name: &str) -> usize {
    listed(name).len()
}

/// The only one.
#[track_caller]
pub(crate) fn one(name: &str) -> TaskInfo {
    let mut found = listed(name);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// The name of the parent of the only one, if that lives.
#[track_caller]
pub(crate) fn parent_of(name: &str) -> Option<String> {
    let parent = one(name).parent()?;
    tasks().iter().find(|task| task.id() == parent).map(|parent| parent.name().to_owned())
}

/// Lets the others run until it is so.
pub(crate) async fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        yield_now().await;
    }
}

/// The lines of the tree under the one of this number, itself first, without the numbers in them: `#7 some/path.rs:3:5` becomes
/// `# path.rs`.
pub(crate) fn tree_under(all: &Tasks, root: TaskId) -> String {
    let text = all.to_string();
    let is_root = |line: &&str| line.contains(&format!("` {root} "));
    let lines = text.lines().skip_while(|line| !is_root(line));
    let mut under = String::new();
    for (number, line) in lines.enumerate() {
        if number > 0 && !line.starts_with(['├', '└', '│', ' ']) {
            break;
        }
        under.push_str(&without_numbers(line));
        under.push('\n');
    }
    under
}

fn without_numbers(line: &str) -> String {
    let (before, rest) = line.split_once("` #").expect("a name and a number");
    let (site, age) = rest.split_once(", ").expect("a place and an age");
    let path = site.split_once(' ').expect("a number and a place").1;
    let file = path.rsplit(['/', '\\']).next().and_then(|file| file.split(':').next()).expect("a file");
    format!("{before}` # {file}, {age}")
}
