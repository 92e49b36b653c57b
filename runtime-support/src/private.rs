//! The single door for generated code. Nothing here is meant for people, and none of it is stable.

pub use core::future::Future;
pub use core::marker::PhantomData;
pub use core::time::Duration;

pub use core::mem::drop;
pub use core::option::Option::{self, None, Some};
pub use core::pin::pin;
pub use core::result::Result::{self, Err, Ok};

pub use crate::concurrent::arms::{both, gather, gather_all, race, race_ok, staggered, try_gather};
pub use crate::concurrent::at_once::{AtOnce, at_once};
pub use crate::concurrent::completing::{completing, deliver};
pub use crate::concurrent::entrants::entrant;
pub use crate::concurrent::gathering::{gather_each, gather_each_or_errors, try_gather_each};
pub use crate::concurrent::given::{converted, given, marked};
pub use crate::concurrent::input::{Awaited, Items, awaited, source};
pub use crate::concurrent::progress::{shared, told, told_of_failure, watched};
pub use crate::concurrent::pull::{each, each_awaited, fallible};
pub use crate::concurrent::racing::{interval, race_each, race_ok_each, race_ok_staggered};
pub use crate::concurrent::stream::as_completed;
pub use crate::concurrent::tasks::{supervised, tasks};
pub use crate::concurrent::whole::whole;
pub use crate::context::{Frame, Outcome, attempt, frame, lender, made, not_lent, plan};
pub use crate::contracts::{HasError, Movable, async_iterable, ending};
pub use crate::generator::looped::{close, go, looped, split};
pub use crate::generator::{
    Fallible, accepts, accepts_emitted, direct, direct_iter, emit_all, emit_all_ok, emit_err, emit_ok, next, put, put_all,
    put_all_ok, put_as, put_each, put_each_ok, put_err, put_ok, stream, try_direct, try_direct_iter, try_stream,
};
pub use crate::policy::blocking::{Cpu, Threads, blocking_on as blocking};
pub use crate::policy::call::call;
pub use crate::policy::fallback::{fall_back, fell_back};
pub use crate::policy::limit::{KeyedLimiters, Probe, answer, gate, keyed, limit, refuse, turn};
pub use crate::policy::retry::backoff::Backoff;
pub use crate::policy::retry::retrying::{Next, Retrying, retrying};
pub use crate::policy::retry::{Retry, budget::RetryBudget};
pub use crate::policy::timeout::{in_time, timeout_or as timeout};
pub use crate::transaction::{Isolation, Propagation, TxOptions, begin as transaction, holds, lend, savepoint, told as in_words};

#[cfg(feature = "macros")]
pub use weftwork_macros::{
    as_completed, context, for_await, gather, generator, policies, race, race_ok, savepoint, try_generator, with,
};

/// Where a body owns what it would else borrow: in an edge that is never taken.
pub fn moved<T>(_: T) {}

/// `clone(..)` of `#[retry]`.
pub fn cloned<T: Clone>(value: &T) -> T {
    value.clone()
}

/// The traits by which generated code chooses between two ways, without their names.
pub mod choose {
    pub use crate::policy::limit::{KeyByForm as _, KeyByValue as _, NoKey as _, RefusedByConversion as _, RefusedByPanic as _};
    pub use crate::transaction::{TellByDebug as _, TellByDisplay as _, TellNothing as _};
}

/// A value of the declared return type for an edge that is never taken.
pub fn returned<T>() -> T {
    unreachable!("the edge that gives a body its type is never taken")
}
