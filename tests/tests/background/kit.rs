//! Contexts that take their time, and looks at what lives.

use std::time::Duration;

use tokio::task::yield_now;
use tokio::time::sleep;
use weftwork::{Context, TaskInfo, context, tasks};
use weftwork_tests::Log;

/// Notes `name(` and, so much later, `name)` in its clean-up.
pub(crate) fn slow(log: &Log, name: &'static str, clean_up: Duration) -> Context<()> {
    let log = log.clone();
    let context: Context<()> = context!(async move {
        yield ();
        log.note(format!("{name}("));
        sleep(clean_up).await;
        log.note(format!("{name})"));
    });
    context.named(name)
}

/// The same on any clock: others have their turn in its clean-up.
pub(crate) fn noted(log: &Log, name: &'static str) -> Context<()> {
    let log = log.clone();
    let context: Context<()> = context!(async move {
        yield ();
        log.note(format!("{name}("));
        turns().await;
        log.note(format!("{name})"));
    });
    context.named(name)
}

/// Lets the others run a few times.
pub(crate) async fn turns() {
    for _ in 0..8 {
        yield_now().await;
    }
}

/// Lets the others run until it is so.
pub(crate) async fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        yield_now().await;
    }
}

/// What lives under this name.
pub(crate) fn listed(name: &str) -> Vec<TaskInfo> {
    tasks().into_iter().filter(|task| task.name() == name).collect()
}

/// How many that are.
pub(crate) fn alive(name: &str) -> usize {
    listed(name).len()
}
