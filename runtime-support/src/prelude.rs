//! Everything that programs use every day: `use weftwork::prelude::*;`.

pub use crate::{
    AsCompleted, AsyncContext, Begin, CleanUp, Context, Elapsed, Exit, ExitStack, Finished, FromElapsed, FromTxError,
    GatherErrors, Generator, GeneratorIter, Limiter, LocalContext, Permit, Progress, RaceError, Stream, Tx, TxError, TxMut,
    Yielder, as_completed, clean_ups, context, drain, gather, iter, millis, race, race_ok, secs, stream, timeout, try_gather,
    try_iter, try_stream, with, with_grace,
};
#[cfg(feature = "macros")]
pub use crate::{for_await, generator, limit, savepoint, transactional, try_generator, yield_err};
