//! `#[retry]` on functions of every form, alone and among other policies. Cases P1 to P15 and P75 to P93.

#![allow(clippy::redundant_closure, clippy::redundant_closure_for_method_calls, reason = "closures are what is tried here")]

mod arguments;
mod attempts;
mod limits;
mod pauses;
mod settings;
mod stacks;

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;
use weftwork::{Elapsed, LimitExceeded};

/// What the functions here fail with. Neither `Clone` nor `Debug`.
enum Failed {
    Own(u32),
    Late(Elapsed),
    Refused(LimitExceeded),
}

impl Failed {
    fn is_own(&self) -> bool {
        matches!(self, Self::Own(_))
    }
}

impl From<Elapsed> for Failed {
    fn from(elapsed: Elapsed) -> Self {
        Self::Late(elapsed)
    }
}

impl From<LimitExceeded> for Failed {
    fn from(refusal: LimitExceeded) -> Self {
        Self::Refused(refusal)
    }
}

/// The number in a result: positive for `Ok`, negative for an error of the body.
#[track_caller]
fn signed(result: Result<u32, Failed>) -> i64 {
    match result {
        Ok(number) => number.into(),
        Err(Failed::Own(number)) => -i64::from(number),
        Err(Failed::Late(elapsed)) => panic!("{elapsed}"),
        Err(Failed::Refused(refusal)) => panic!("{refusal}"),
    }
}

/// After how long a result says that it came too late.
fn expiry<T>(result: &Result<T, Failed>) -> Option<Duration> {
    if let Err(Failed::Late(elapsed)) = result { Some(elapsed.duration()) } else { None }
}

/// Notes when a body is called.
struct Calls {
    start: Instant,
    at: Mutex<Vec<u64>>,
}

impl Calls {
    fn new() -> Self {
        Self { start: Instant::now(), at: Mutex::default() }
    }

    /// The number of this call, from one.
    fn note(&self) -> u32 {
        let mut at = self.at.lock().unwrap();
        at.push(self.start.elapsed().as_millis().try_into().unwrap());
        at.len().try_into().unwrap()
    }

    /// Fails each time, at once.
    fn fail(&self) -> Result<u32, Failed> {
        Err(Failed::Own(self.note()))
    }

    /// Fails before the call with this number.
    fn fail_before(&self, number: u32) -> Result<u32, Failed> {
        let this = self.note();
        if this < number { Err(Failed::Own(this)) } else { Ok(this) }
    }

    /// The milliseconds at which it was called.
    fn at(&self) -> Vec<u64> {
        self.at.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.at().len()
    }

    /// How long ago it began, in milliseconds.
    fn took(&self) -> u128 {
        self.start.elapsed().as_millis()
    }
}
