//! What policies tell a tracing subscriber. Names and fields are stable: programs filter by them.
//!
//! Without the feature `tracing` nothing is left of this.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use std::time::{Duration, Instant};

use super::limit::LimitExceeded;
use super::timeout::Elapsed;
use crate::transaction::TxOutcome;

macro_rules! event {
    ($level:ident, $name:literal, $function:expr $(, $field:ident = $value:expr)*) => {
        #[cfg(feature = "tracing")]
        tracing::event!(name: $name, target: "weftwork", tracing::Level::$level, function = $function, $($field = $value,)* $name)
    };
}

/// Time ran out.
#[cold]
pub(crate) fn timed_out(elapsed: &Elapsed) {
    event!(
        WARN,
        "timeout",
        elapsed.function().unwrap_or("timeout"),
        duration = tracing::field::debug(elapsed.duration()),
        inherited = elapsed.is_inherited()
    );
}

/// A limit has refused a call.
#[cold]
pub(crate) fn refused(refusal: &LimitExceeded) {
    let name = refusal.function().or(refusal.limiter()).unwrap_or("limit");
    event!(WARN, "refused", name, reason = tracing::field::debug(refusal.reason()), waiting = refusal.waiting());
}

/// The attempt with this number has failed, and the next one comes after `delay`.
pub(crate) fn retrying(function: Option<&'static str>, attempt: u32, delay: Duration) {
    event!(WARN, "retry", function.unwrap_or("Retry::run"), attempt = attempt, delay = tracing::field::debug(delay));
}

/// An arm or the closure of a fallback runs.
#[cold]
pub(crate) fn fell_back(function: &'static str) {
    event!(WARN, "fallback", function);
}

/// A transaction has ended.
pub(crate) fn ended(outcome: TxOutcome, function: &'static str, attempt: u32, begun: Instant) {
    #[cfg(feature = "tracing")]
    let duration = tracing::field::debug(begun.elapsed());
    match outcome {
        TxOutcome::Committed => {
            event!(DEBUG, "committed", function, attempt = attempt, duration = duration);
        }
        TxOutcome::RolledBack => {
            event!(DEBUG, "rolled back", function, attempt = attempt, duration = duration);
        }
        TxOutcome::Unknown => {
            event!(ERROR, "unknown", function, attempt = attempt, duration = duration);
        }
    }
}

/// A call was dropped while it waited.
#[cfg(feature = "tracing")]
#[cold]
pub(crate) fn cancelled(function: &'static str) {
    event!(DEBUG, "cancelled", function);
}
