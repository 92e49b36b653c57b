//! A child that ends at the very moment at which its group is dropped.

use std::fmt;
use std::future::pending;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::sync::oneshot;
use tokio::task::{block_in_place, yield_now};
use weftwork::{Group, drain, secs, spawn, task_group, tasks};

/// An error that stands still where it is shown first, which is behind the end of the child's future and before the group hears of it.
struct Gate {
    shown: Sender<()>,
    go_on: Mutex<Option<Receiver<()>>>,
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(go_on) = self.go_on.lock().unwrap().take() {
            self.shown.send(()).unwrap();
            block_in_place(|| go_on.recv().unwrap());
        }
        f.write_str("gate")
    }
}

impl From<Gate> for String {
    fn from(_: Gate) -> Self {
        "gate".into()
    }
}

/// The error, where it says that it is shown, and what lets it go on.
fn gate() -> (Gate, Receiver<()>, Sender<()>) {
    let ((shown, is_shown), (open, go_on)) = (channel(), channel());
    (Gate { shown, go_on: Mutex::new(Some(go_on)) }, is_shown, open)
}

/// The task that the child has left is the last one that holds the group. It must not wait for itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c106_a_task_that_holds_the_group_and_was_left_by_a_child() {
    let (error, is_shown, open) = gate();
    let (polled, is_polled) = oneshot::channel();
    let (leave, left) = channel::<()>();
    let group = tokio::spawn(task_group(async move |group: Group<String>| {
        let held = group.clone();
        group.spawn(async move {
            let task = spawn(async move {
                polled.send(()).unwrap();
                // Nothing stops it here.
                block_in_place(|| left.recv().unwrap());
                pending::<()>().await;
                drop(held);
            })
            .named("c106 holds");
            is_polled.await.unwrap();
            drop(task);
            Err::<(), _>(error)
        });
        drop(group);
        pending::<Result<(), String>>().await
    }));
    let is_shown = tokio::task::spawn_blocking(move || is_shown.recv());
    is_shown.await.unwrap().unwrap();
    group.abort();
    assert!(group.await.unwrap_err().is_cancelled());
    open.send(()).unwrap();
    // The child goes, and then the task.
    for _ in 0..1000 {
        yield_now().await;
    }
    leave.send(()).unwrap();
    let left = drain(secs(5)).await;
    assert!(left.is_empty(), "{left:?}");
    assert!(tasks().iter().all(|task| task.name() != "c106 holds"));
}
