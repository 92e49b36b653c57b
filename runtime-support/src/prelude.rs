//! Everything that programs use every day: `use weftwork::prelude::*;`.

pub use crate::{
    AsCompleted, AsyncContext, Begin, Child, CleanUp, Context, Elapsed, Exit, ExitStack, Finished, FromElapsed, FromTxError,
    GatherErrors, Generator, GeneratorIter, Group, GroupError, KeyedLimiter, LimitExceeded, Limiter, LocalContext, OnFailure,
    Outcome, PendingTasks, Permit, Progress, RaceError, Ready, Restart, Stream, Task, TaskError, Tx, TxError, TxMut, Until, Wait,
    Yielder, as_completed, background, background_with_restart, clean_ups, context, deadline, drain, drain_background, gather,
    iter, millis, race, race_ok, remaining, secs, spawn, stream, task_group, tasks, timeout, try_gather, try_iter, try_stream,
    wait, with, with_grace,
};
#[cfg(feature = "macros")]
pub use crate::{for_await, generator, limit, savepoint, transactional, try_generator, yield_err};
