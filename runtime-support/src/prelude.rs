//! Everything that programs use every day: `use weftwork::prelude::*;`.

#[cfg(feature = "rayon")]
pub use crate::blocking_cpu;
pub use crate::{
    AsCompleted, AsyncContext, Backoff, Begin, Child, CleanUp, Context, Elapsed, Exit, ExitStack, Finished, FromElapsed,
    FromTxError, GatherErrors, Generator, GeneratorIter, Group, GroupError, Limiter, LocalContext, OnFailure, Outcome,
    PendingTasks, Permit, Progress, RaceError, Ready, Restart, Retry, RetryBudget, Stream, Task, TaskError, Tx, TxError, TxMut,
    Until, Wait, Yielder, as_completed, attempt, background, background_with_restart, blocking, cancelled, clean_ups, context,
    deadline, drain, drain_background, gather, iter, millis, race, race_ok, remaining, secs, spawn, stream, task_group, tasks,
    timeout, try_gather, try_iter, try_stream, wait, with, with_grace,
};
#[cfg(feature = "macros")]
pub use crate::{for_await, generator, limit, savepoint, transactional, try_generator, yield_err};
