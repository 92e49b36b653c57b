//! The guide: one page per pattern, asyncio's Python beside weftwork's Rust.
//!
//! # Lints that expansions allow
//!
//! What the macros emit warns nowhere, also under `clippy::pedantic` and `forbid(unsafe_code)`. Where that takes an `#[allow(..)]`, it
//! stands at the smallest statement, and here:
//!
//! | lint | where | why |
//! |---|---|---|
//! | `clippy::used_underscore_binding` | [`generator!`](crate::generator) and [`try_generator!`](crate::try_generator) around a function with an argument such as `_guard` that its body does not name | the body mentions its arguments, so that it owns them as that of an `async fn` does |
//! | the same | [`#[blocking]`](macro@crate::blocking) on a function with such an argument | the same: the thread has it until it ends |

#[doc = include_str!("as_completed.md")]
pub mod as_completed {}

#[doc = include_str!("async_generator.md")]
pub mod async_generator {}

#[doc = include_str!("blocking_the_event_loop.md")]
pub mod blocking_the_event_loop {}

#[doc = include_str!("cancellation.md")]
pub mod cancellation {}

#[doc = include_str!("context_manager.md")]
pub mod context_manager {}

#[doc = include_str!("create_task.md")]
pub mod create_task {}

#[cfg(feature = "sqlite")]
#[doc = include_str!("database.md")]
pub mod database {}

#[doc = include_str!("error_handling.md")]
pub mod error_handling {}

#[doc = include_str!("fire_and_forget.md")]
pub mod fire_and_forget {}

#[doc = include_str!("gather.md")]
pub mod gather {}

#[doc = include_str!("gather_errors.md")]
pub mod gather_errors {}

#[doc = include_str!("policies.md")]
pub mod policies {}

#[doc = include_str!("run_in_executor.md")]
pub mod run_in_executor {}

#[doc = include_str!("semaphore.md")]
pub mod semaphore {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("task_group.md")]
pub mod task_group {}

#[doc = include_str!("tasks.md")]
pub mod tasks {}

#[doc = include_str!("timeouts.md")]
pub mod timeouts {}

#[doc = include_str!("too_many_tasks.md")]
pub mod too_many_tasks {}

#[cfg(feature = "sqlite")]
#[doc = include_str!("transactions.md")]
pub mod transactions {}

#[doc = include_str!("wait.md")]
pub mod wait {}

#[doc = include_str!("wait_first.md")]
pub mod wait_first {}

#[doc = include_str!("without_awaiting.md")]
pub mod without_awaiting {}
