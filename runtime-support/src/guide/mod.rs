//! The guide: one page per pattern, asyncio's Python beside weftwork's Rust.

#[doc = include_str!("as_completed.md")]
pub mod as_completed {}

#[doc = include_str!("async_generator.md")]
pub mod async_generator {}

#[cfg(feature = "sqlite")]
#[doc = include_str!("database.md")]
pub mod database {}

#[doc = include_str!("gather.md")]
pub mod gather {}

#[doc = include_str!("semaphore.md")]
pub mod semaphore {}

#[doc = include_str!("streaming.md")]
pub mod streaming {}

#[doc = include_str!("timeouts.md")]
pub mod timeouts {}
