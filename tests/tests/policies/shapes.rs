//! Every shape of function under each policy and under stacks. Cases S1 to S32: those that run once here, under `#[retry]` in
//! `shapes/retried.rs`, under `#[blocking]` in `shapes/blocking.rs`.
//!
//! A shape is a macro: it takes the attributes, puts them on its function, and gives `call`, one call that waits for
//! `work()` once and then gives [`VALUE`]. The name `$inner` makes a last `#[timeout]` of the stack, over an argument where
//! there is one that says how long.

mod blocking;
#[macro_use]
mod by_hand;
#[macro_use]
mod free;
#[macro_use]
mod methods;
#[macro_use]
mod traits;

// Behind the others, whose shapes it takes.
mod recursion;
mod retried;

use std::io;
use std::time::Duration;

use futures::future::{join_all, try_join_all};
use tokio::time::timeout as tokio_timeout;
use weftwork::secs;
use weftwork_tests::timed;

use super::{Late, at_pace, expiry};

/// What every `call` gives in the end.
const VALUE: u32 = 7;

/// Longer than any policy here waits.
const EVER: Duration = secs(3600);

/// The error of a shape: what a layer above makes of the one that time gives. All others stay as they are.
trait Seen: Sized {
    fn is_late(&self) -> bool;
    fn late() -> Self;

    fn seen(self) -> Self {
        if self.is_late() { Self::late() } else { self }
    }
}

impl Seen for Late {
    fn is_late(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    fn late() -> Self {
        Self::Own(90)
    }
}

impl Seen for io::Error {
    fn is_late(&self) -> bool {
        self.kind() == io::ErrorKind::TimedOut
    }

    fn late() -> Self {
        Self::other("late")
    }
}

/// The shape in a module for each stack, with the tests that its policies are in force.
macro_rules! under_each_stack {
    ($($shape:ident)+) => {$(
        mod $shape {
            mod under_timeout {
                use crate::shapes::prelude::*;
                $shape!(#[timeout(8s)]);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_ends_in_time() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::expires(call, secs(8)).await;
                }
            }
            mod under_limit {
                use crate::shapes::prelude::*;
                $shape!(#[limit(4)]);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_to_four_at_once() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::admits_four(call).await;
                }
            }
            mod under_fallback {
                use crate::shapes::prelude::*;
                $shape!(#[fallback(error => Err(error))]);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value() {
                    crate::shapes::gives_its_value(call).await;
                }
            }
            mod under_fallback_and_timeout {
                use crate::shapes::prelude::*;
                $shape!(#[fallback(error if error.is_late() => Err(error.seen()))]; timeout);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_what_the_arm_makes_of_an_error() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::is_seen(call, secs(2)).await;
                }
            }
            mod under_a_closure {
                use crate::shapes::prelude::*;
                $shape!(#[timeout(8s)] #[fallback(|error| Err(error.seen()))]; timeout);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_what_the_closure_makes_of_an_error() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::is_seen(call, secs(2)).await;
                }
            }
            mod under_timeout_or {
                use crate::shapes::prelude::*;
                $shape!(#[timeout(8s, or = Err(Seen::late()))]);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_and_the_other_one_behind_the_deadline() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::is_seen(call, secs(8)).await;
                }
            }
            mod under_a_stack {
                use crate::shapes::prelude::*;
                $shape!(#[timeout(8s)] #[limit(4)]; timeout);
                #[tokio::test(start_paused = true)]
                async fn gives_its_value_to_four_at_once_and_ends_in_time() {
                    crate::shapes::gives_its_value(call).await;
                    crate::shapes::admits_four(call).await;
                    crate::shapes::expires(call, secs(2)).await;
                }
            }
        }
    )+};
}
use under_each_stack;

mod prelude {
    //! What the shapes are written with.

    pub(super) use crate::{Late, work};
    pub(super) use std::time::Duration;
    #[allow(unused_imports, reason = "each stack uses its own")]
    pub(super) use weftwork::{blocking, fallback, limit, retry, secs, timeout};

    #[allow(unused_imports, reason = "each stack uses its own")]
    pub(super) use super::{Seen, VALUE};
}

async fn gives_its_value<C: AsyncFn() -> Result<u32, Late>>(call: C) {
    assert_eq!(timed(at_pace(secs(1), call())).await, (Ok(VALUE), secs(1)));
}

async fn expires<C: AsyncFn() -> Result<u32, Late>>(call: C, after: Duration) {
    let (result, took) = timed(at_pace(EVER, call())).await;
    assert_eq!((expiry(&result), took), (Some(after), after));
}

/// A layer above made another error of the one that the time gives.
async fn is_seen<C: AsyncFn() -> Result<u32, Late>>(call: C, after: Duration) {
    let (result, took) = timed(at_pace(EVER, call())).await;
    assert!(matches!(result, Err(Late::Own(_))), "{result:?}");
    assert_eq!(took, after);
}

/// Two attempts of a shape that `#[timeout]` ends below a `#[retry]`.
async fn expires_twice<C: AsyncFn() -> Result<u32, Late>>(call: C, each: Duration) {
    let (result, took) = timed(at_pace(EVER, call())).await;
    assert_eq!((expiry(&result), took), (Some(each), each * 2));
}

async fn admits_four<C: AsyncFn() -> Result<u32, Late>>(call: C) {
    let calls = |count| try_join_all((0..count).map(|_| at_pace(secs(1), call())));
    assert_eq!(timed(calls(4)).await, (Ok(vec![VALUE; 4]), secs(1)));
    assert_eq!(timed(calls(5)).await, (Ok(vec![VALUE; 5]), secs(2)));
    // Those that hang give their places back.
    let hanging = join_all((0..4).map(|_| tokio_timeout(secs(1), at_pace(EVER, call()))));
    assert!(hanging.await.into_iter().all(|result| result.is_err()));
    assert_eq!(timed(calls(4)).await, (Ok(vec![VALUE; 4]), secs(1)));
}
