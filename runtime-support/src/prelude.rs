//! Everything that programs use every day: `use weftwork::prelude::*;`.

#[cfg(feature = "macros")]
pub use crate::limit;
pub use crate::{Elapsed, FromElapsed, Limiter, millis, secs, timeout};
