//! The list as text: a tree.

use std::future::{Future, pending};
use std::pin::Pin;

use tokio::sync::oneshot;
use tokio::time::advance;
use weftwork::{Group, background, drain_background, gather, millis, secs, spawn, task_group, tasks};
use weftwork_tests::spin;

use super::kit::{alive, one, tree_under, until};

#[tokio::test(start_paused = true)]
async fn one_alone_is_one_line() {
    let task = spawn(pending::<()>()).named("tree alone");
    spin().await;
    advance(millis(1200)).await;
    assert_eq!(tree_under(&tasks(), task.id()), "`tree alone` # tree.rs, 1.2s\n");
}

#[tokio::test(start_paused = true)]
async fn what_was_spawned_stands_under_who_had_spawned_it() {
    async fn loader(group: Group<String>) -> Result<(), String> {
        let _inner = spawn(pending::<()>()).named("inner");
        background("flush", async {
            let _deep = spawn(pending::<()>()).named("of the flush");
            pending::<()>().await;
        });
        let by_gather = |name| async move {
            let _inline = spawn(pending::<()>()).named(name);
            pending::<()>().await;
        };
        group.spawn_named("sibling", pending::<()>());
        gather!(by_gather("one"), by_gather("two")).await;
        Ok(())
    }
    async fn nested() -> Result<(), String> {
        let group = task_group(async |group: Group<String>| {
            group.spawn_named("deep", pending::<()>());
            spin().await;
            advance(secs(1)).await;
            group.spawn_named("deep and late", pending::<()>());
            pending::<Result<(), String>>().await
        });
        group.named("nested").await.map_err(|error| error.to_string())
    }
    let root = spawn(async {
        let group = task_group(async |group: Group<String>| {
            group.spawn_named("loader", loader(group.clone()));
            spin().await;
            group.spawn_named("worker", nested());
            pending::<Result<(), String>>().await
        });
        group.named("all").await.map_err(|error| error.to_string())
    });
    let root = root.named("tree root");
    until(|| alive("deep and late") == 1).await;
    spin().await;
    advance(secs(1)).await;
    let expected = "\
`tree root` # tree.rs, 2.0s
└── group `all` # tree.rs, 2.0s
    ├── `loader` # tree.rs, 2.0s
    │   ├── `inner` # tree.rs, 2.0s
    │   ├── background `flush` # tree.rs, 2.0s
    │   │   └── `of the flush` # tree.rs, 2.0s
    │   ├── `one` # tree.rs, 2.0s
    │   └── `two` # tree.rs, 2.0s
    ├── `sibling` # tree.rs, 2.0s
    └── `worker` # tree.rs, 2.0s
        └── group `nested` # tree.rs, 2.0s
            ├── `deep` # tree.rs, 2.0s
            └── `deep and late` # tree.rs, 1.0s
";
    assert_eq!(tree_under(&tasks(), root.id()), expected);
    // What it has spawned by itself goes with it; what belongs to the program stands at the left now.
    root.cancel().await;
    until(|| alive("inner") == 0).await;
    let flush = one("flush");
    let expected = "\
background `flush` # tree.rs, 2.0s
└── `of the flush` # tree.rs, 2.0s
";
    assert_eq!(tree_under(&tasks(), flush.id()), expected);
    assert!(flush.parent().is_some(), "its number is known");
    assert!(drain_background(secs(0)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_whose_parent_is_gone_stands_at_the_left() {
    let (hand_out, handed_out) = oneshot::channel();
    let outer = spawn(async move {
        let inner = spawn(async {
            let _below = spawn(pending::<()>()).named("tree below");
            pending::<()>().await;
        });
        hand_out.send(inner.named("tree orphan")).unwrap();
    });
    let id = outer.id();
    outer.await.unwrap();
    let orphan = handed_out.await.unwrap();
    spin().await;
    advance(secs(1)).await;
    assert_eq!(one("tree orphan").parent(), Some(id));
    let text = tasks().to_string();
    assert!(text.lines().any(|line| line.starts_with("`tree orphan` #")), "{text}");
    let expected = "`tree orphan` # tree.rs, 1.0s\n└── `tree below` # tree.rs, 1.0s\n";
    assert_eq!(tree_under(&tasks(), orphan.id()), expected);
}

#[tokio::test(start_paused = true)]
async fn many_siblings_and_a_last_one() {
    let root = spawn(async {
        let _all: Vec<_> = (0..1000).map(|number| spawn(pending::<()>()).named(format!("{number}"))).collect();
        pending::<()>().await;
    });
    let root = root.named("tree many");
    spin().await;
    let text = tree_under(&tasks(), root.id());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1001);
    for (number, line) in lines[1..].iter().enumerate() {
        let branch = if number == 999 { "└── " } else { "├── " };
        assert!(line.starts_with(&format!("{branch}`{number}` #")), "{line}");
    }
}

/// Levels under one another.
const DEEP: usize = 10_000;

fn nest(left: usize) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let _inner = (left > 0).then(|| spawn(nest(left - 1)).named("tree deep"));
        pending::<()>().await;
    })
}

/// Counts lines, and keeps nothing.
struct Lines(usize);

impl std::fmt::Write for Lines {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.matches('\n').count();
        Ok(())
    }
}

/// How deep they stand in one another is the program's business.
#[test]
fn ten_thousand_levels() {
    // A thread with a small stack: whoever goes down by calls does not come back.
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    let thread = small.spawn(|| {
        let runtime = super::kit::current_thread();
        runtime.block_on(async {
            let root = spawn(nest(DEEP)).named("tree deep");
            until(|| alive("tree deep") == DEEP + 1).await;
            let all = tasks();
            let mut lines = Lines(1);
            std::fmt::write(&mut lines, format_args!("{all}")).unwrap();
            assert_eq!(lines.0, all.len());
            // From the innermost one up to the root.
            let parents: std::collections::HashMap<_, _> = all.iter().map(|task| (task.id(), task.parent())).collect();
            let is_parent: std::collections::HashSet<_> = all.iter().filter_map(weftwork::TaskInfo::parent).collect();
            let deepest = all.iter().find(|task| task.name() == "tree deep" && !is_parent.contains(&task.id())).unwrap();
            let mut levels = 0;
            let mut at = deepest.id();
            while let Some(parent) = parents[&at] {
                (at, levels) = (parent, levels + 1);
            }
            assert_eq!((at, levels), (root.id(), DEEP));
            // The end of one is that of all below.
            root.cancel().await;
            until(|| alive("tree deep") == 0).await;
        });
    });
    thread.unwrap().join().unwrap();
}
