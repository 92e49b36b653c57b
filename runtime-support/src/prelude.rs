//! Everything that programs use every day: `use weftwork::prelude::*;`.

pub use crate::{
    AsCompleted, Begin, Elapsed, Finished, FromElapsed, FromTxError, GatherErrors, Generator, GeneratorIter, Limiter, Permit,
    Progress, RaceError, Stream, Tx, TxError, TxMut, Yielder, as_completed, gather, iter, millis, race, race_ok, secs, stream,
    timeout, try_gather, try_iter, try_stream,
};
#[cfg(feature = "macros")]
pub use crate::{for_await, generator, limit, savepoint, transactional, try_generator, yield_err};
