//! Everything that programs use every day: `use weftwork::prelude::*;`.

pub use crate::{Elapsed, FromElapsed, Limiter, millis, secs, stream, timeout, try_stream};
#[cfg(feature = "macros")]
pub use crate::{as_completed, for_await, gather, generator, limit, try_generator};
