//! Work in tasks of its own, each of which belongs to someone.
//!
//! - `list.rs`: everything that lives, for `tasks()`, in an `arena.rs`; `tree.rs`: what users see of it
//! - `who.rs`: name, number and place of a task
//! - `running.rs`: the future of a task, with all that goes along with it, up to its end
//! - `ended.rs`: what a task leaves for whoever awaits it; `error.rs`: how it may have failed
//! - `handle.rs`: the common part of `Task` and `Child`; `cancel.rs`: the wait for one that is cancelled
//! - `spawn.rs`: `spawn` and `Task`
//! - `group/`: `task_group`
//! - `wait.rs`: `wait`
//! - `background.rs`, `restart.rs`: `background`
//! - `outcome.rs`: what counts as a failure

mod arena;
mod background;
mod cancel;
mod ended;
mod error;
mod group;
mod handle;
pub(crate) mod list;
mod outcome;
mod restart;
mod running;
mod spawn;
mod tree;
mod wait;
mod who;

pub(crate) use self::background::caught;
pub use self::background::{background, background_with_restart, drain_background};
pub use self::cancel::Cancel;
pub use self::error::TaskError;
pub use self::group::{Child, ChildError, Group, GroupError, GroupOutcome, OnFailure, Ready, TaskGroup, task_group};
pub use self::outcome::{Outcome, Told};
pub use self::restart::Restart;
pub use self::spawn::{Task, spawn};
pub use self::tree::{TaskInfo, TaskKind, Tasks, tasks};
pub use self::wait::{IsTask, PendingTasks, Until, Wait, Waiting, wait};
pub use self::who::TaskId;

use tokio::runtime::Handle;

/// The runtime of the caller.
#[inline]
#[track_caller]
fn runtime(caller: &str) -> Handle {
    let Ok(runtime) = Handle::try_current() else {
        panic!("`{caller}` needs a tokio runtime, and this is called outside of one")
    };
    runtime
}
