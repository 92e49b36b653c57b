//! Retries: how many, when, and what they say. Cases P75 to P93 of the policies, without macros.

mod attempts;
mod budget;
mod expansion;
mod hand_over;
mod limits;
mod numbers;
mod pauses;
mod send;
mod undelayed;

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// Neither `Clone` nor `Debug`.
struct Bare(u32);

/// A body that notes when it is called.
struct Calls {
    start: Instant,
    at: Mutex<Vec<u64>>,
}

impl Calls {
    fn new() -> Self {
        Self { start: Instant::now(), at: Mutex::default() }
    }

    /// Its number, from one.
    fn note(&self) -> u32 {
        let mut at = self.at.lock().unwrap();
        at.push(self.start.elapsed().as_millis().try_into().unwrap());
        at.len().try_into().unwrap()
    }

    /// Fails each time, at once.
    async fn fail(&self) -> Result<u32, Bare> {
        Err(Bare(self.note()))
    }

    /// Fails before the call with this number.
    async fn fail_before(&self, number: u32) -> Result<u32, Bare> {
        let this = self.note();
        if this < number { Err(Bare(this)) } else { Ok(this) }
    }

    /// The milliseconds at which it was called.
    fn at(&self) -> Vec<u64> {
        self.at.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.at().len()
    }

    /// How long ago it began.
    fn took(&self) -> Duration {
        self.start.elapsed()
    }
}

/// The number in a result: positive for `Ok`, negative for `Err`.
fn signed(result: Result<u32, Bare>) -> i64 {
    result.map_or_else(|Bare(number)| -i64::from(number), i64::from)
}
