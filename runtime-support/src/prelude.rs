//! Everything that programs use every day: `use weftwork::prelude::*;`.

#[cfg(feature = "rayon")]
pub use crate::blocking_cpu;
pub use crate::{
    AsCompleted, AsyncContext, Backoff, Begin, Child, CleanUp, Context, Elapsed, Exit, ExitStack, Finished, FromElapsed,
    FromTxError, GatherErrors, Generator, GeneratorIter, Group, GroupError, Isolation, KeyedLimiter, LimitExceeded, Limiter,
    LocalContext, OnFailure, Outcome, PendingTasks, Permit, Progress, Propagation, RaceError, Ready, Restart, Retry, RetryBudget,
    Stream, Task, TaskError, Tx, TxError, TxMut, TxOptions, TxOutcome, Until, Wait, Yielder, as_completed, attempt, background,
    background_with_restart, blocking, cancelled, clean_ups, context, deadline, drain, drain_background, gather, iter, millis,
    race, race_ok, remaining, secs, spawn, stream, task_group, tasks, timeout, transaction, transaction_with, try_gather,
    try_iter, try_stream, wait, with, with_grace, without_retry_delays,
};
#[cfg(feature = "macros")]
pub use crate::{fallback, for_await, generator, limit, retry, savepoint, transactional, try_generator, yield_err};
