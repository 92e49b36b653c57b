#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code)]
#![doc = include_str!("../README.md")]

mod concurrent;
mod context;
mod contracts;
mod generator;
mod policy;
mod report;
mod scope;
mod span;
mod task;
mod time;
mod transaction;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "macros")]
pub mod guide;
pub mod prelude;

pub use concurrent::failures::{GatherErrors, RaceError};
pub use concurrent::functions::{as_completed, gather, race, race_ok, try_gather};
pub use concurrent::progress::{Finished, Progress};
pub use concurrent::stream::AsCompleted;
pub use concurrent::together::Together;
pub use context::{
    AsyncContext, Context, Contextual, Entered, Exit, ExitStack, Lender, LocalContext, context, local_context, with,
};
pub use contracts::{AsyncIterable, FromElapsed, FromTxError};
/// What generators are, and what `for_await!` goes through: `futures_core`'s trait.
pub use futures_core::Stream;
pub use generator::{Emit, Generator, GeneratorIter, Yielder, iter, stream, try_iter, try_stream};
#[cfg(feature = "rayon")]
pub use policy::blocking::blocking_cpu;
pub use policy::blocking::{Blocking, blocking, cancelled};
pub use policy::deadline::{deadline, remaining};
pub use policy::limit::{FromLimitExceeded, KeyedLimiter, LimitExceeded, LimitReason, Limiter, LimiterMetrics, Permit, Turn};
pub use policy::retry::attempt::attempt;
pub use policy::retry::backoff::{Backoff, Delays};
pub use policy::retry::budget::RetryBudget;
pub use policy::retry::undelayed::{WithoutRetryDelays, without_retry_delays};
pub use policy::retry::{After, Retry, When};
pub use policy::timeout::{Elapsed, Timeout, timeout};
pub use report::{Report, ReportKind, set_report_hook, take_report_hook};
pub use scope::{CleanUp, clean_ups, drain, with_grace};
pub use task::{
    Cancel, Child, ChildError, Group, GroupError, GroupOutcome, IsTask, OnFailure, Outcome, PendingTasks, Ready, Restart, Task,
    TaskError, TaskGroup, TaskId, TaskInfo, TaskKind, Tasks, Told, Until, Wait, Waiting, background, background_with_restart,
    drain_background, spawn, task_group, tasks, wait,
};
pub use time::{millis, secs};
pub use transaction::{
    Begin, Database, Isolation, NotCommitted, OnLink, OnPool, Propagation, Severity, Share, Source, Standing, StatementError,
    Terms, Tx, TxError, TxMut, TxOptions, TxOutcome, transaction, transaction_with,
};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use transaction::{Driver, Link};

#[cfg(feature = "macros")]
mod macros;

#[cfg(feature = "macros")]
#[doc = include_str!("../doc/blocking.md")]
pub use weftwork_macros::blocking;
#[cfg(feature = "macros")]
#[doc = include_str!("../doc/fallback.md")]
pub use weftwork_macros::fallback;
#[cfg(feature = "macros")]
#[doc = include_str!("../doc/limit.md")]
pub use weftwork_macros::limit;
#[cfg(feature = "macros")]
#[doc = include_str!("../doc/retry.md")]
pub use weftwork_macros::retry;
#[cfg(feature = "macros")]
#[doc = include_str!("../doc/timeout.md")]
pub use weftwork_macros::timeout;
#[cfg(feature = "macros")]
#[doc = include_str!("../doc/transactional.md")]
pub use weftwork_macros::transactional;
