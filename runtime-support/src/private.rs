//! The single door for generated code. Nothing here is meant for people, and none of it is stable.

pub use core::future::Future;
pub use core::time::Duration;

pub use crate::policy::limit::limit;
pub use crate::policy::timeout::timeout_or as timeout;

#[cfg(feature = "macros")]
pub use weftwork_macros::policies;

/// A value of the declared return type for an edge that is never taken.
pub fn returned<T>() -> T {
    unreachable!("the edge that gives a body its type is never taken")
}
