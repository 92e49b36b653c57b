//! `task_group`: a block of code that does not end before the tasks that were started in it.
//!
//! - `group.rs`: what the body and the children spawn with; `child.rs`: the handle of a child
//! - `whole.rs`: the group itself, a future
//! - `members.rs`: who is in it, and what they share; `seats.rs`: the seats of the children, and their places
//! - `ending.rs`: what happens when a child ends, or the group; `failures.rs`: what went wrong
//! - `member.rs`: the future of a child
//! - `ready.rs`: a child that says when it is ready
//! - `error.rs`: what a failed group gives

mod child;
mod ending;
mod error;
mod failures;
mod handle;
mod member;
mod members;
mod ready;
mod seats;
mod whole;

pub use self::child::Child;
pub use self::error::{ChildError, GroupError};
pub use self::handle::Group;
pub use self::ready::Ready;
pub use self::whole::{GroupOutcome, TaskGroup, task_group};

/// What a [`task_group`] does when a child or its body fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnFailure {
    /// Cancels all others, waits for them, and returns the error with what came up meanwhile.
    #[default]
    Cancel,
    /// Lets all others run to their end, and then returns every error.
    Collect,
    /// Lets all others run to their end, and returns what the body returns. The failure of a child is its handle's; where nobody
    /// looks at that, it is [reported](crate::set_report_hook).
    Ignore,
}
