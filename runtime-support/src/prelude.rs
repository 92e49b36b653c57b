//! Everything that programs use every day: `use weftwork::prelude::*;`.

pub use crate::{
    AsCompleted, Begin, Elapsed, Finished, FromElapsed, FromTxError, GatherErrors, Generator, GeneratorIter, Limiter, Permit,
    Progress, RaceError, Stream, Tx, TxError, TxMut, Yielder, iter, millis, secs, stream, timeout, try_iter, try_stream,
};
#[cfg(feature = "macros")]
pub use crate::{
    as_completed, for_await, gather, generator, limit, race, race_ok, savepoint, transactional, try_generator, yield_err,
};
