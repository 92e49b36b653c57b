//! Everything that programs use every day: `use weftwork::prelude::*;`.

pub use crate::{Begin, Elapsed, FromElapsed, Limiter, Stream, Tx, TxError, Yielder, millis, secs, stream, timeout, try_stream};
#[cfg(feature = "macros")]
pub use crate::{as_completed, for_await, gather, generator, limit, savepoint, transactional, try_generator};
