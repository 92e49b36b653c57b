//! Short names for durations in plain function calls.

use std::time::Duration;

/// A duration of so many seconds: `timeout(secs(5), work())`.
#[must_use]
pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A duration of so many milliseconds: `timeout(millis(250), work())`.
#[must_use]
pub const fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
