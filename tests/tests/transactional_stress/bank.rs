//! What is transferred, and what was reported of it.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use weftwork::{TxError, TxOutcome};
use weftwork_tests::store::StoreError;
use weftwork_tests::{Random, Reports};

pub(crate) const ACCOUNTS: u64 = 10;
pub(crate) const TRANSFERS: u64 = 1000;
pub(crate) const START: i64 = 1000;

/// A seed that is printed, so that a failed run can be repeated with it.
pub(crate) fn seed() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let seed = std::env::var("WEFTWORK_SEED").map_or(now as u64, |seed| seed.parse().expect("WEFTWORK_SEED is a number"));
    println!("WEFTWORK_SEED={seed}");
    // What can not be rolled back over a connection that is cut would be said hundreds of times.
    Reports::start();
    seed
}

/// One of them. It depends on the seed and its number alone.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    pub(crate) id: i64,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) cents: i64,
    /// For whatever else is left to chance.
    pub(crate) random: Random,
}

impl Transfer {
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut random = Random::new(seed ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        let mut below = |end| i64::try_from(random.below(end)).unwrap();
        let (from, to, cents) = (below(ACCOUNTS), below(ACCOUNTS), below(600));
        Self { id: i64::try_from(number).unwrap(), from, to, cents, random }
    }
}

/// What was reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(Arc<Mutex<All>>);

#[derive(Debug, Default)]
struct All {
    done: Vec<i64>,
    refused: Vec<i64>,
    dropped: Vec<i64>,
    /// What hooks were told: once for each attempt, of the dropped ones too.
    outcomes: Vec<(i64, TxOutcome)>,
}

impl Seen {
    /// What the caller got; `None` if it did not wait for that.
    pub(crate) fn result(&self, id: i64, result: Option<Result<(), StoreError>>) {
        let mut reports = self.0.lock().unwrap();
        match result {
            Some(Ok(())) => reports.done.push(id),
            Some(Err(StoreError::Tx(error @ TxError::Unknown { .. }))) => panic!("the database could be asked: {error:?}"),
            Some(Err(_)) => reports.refused.push(id),
            None => reports.dropped.push(id),
        }
    }

    pub(crate) fn outcome(&self, id: i64, outcome: TxOutcome) {
        self.0.lock().unwrap().outcomes.push((id, outcome));
    }

    /// Compares it with the transfers that are there.
    pub(crate) fn check(&self, what: &str, sum: i64, rows: &[i64]) {
        let All { done, refused, dropped, outcomes } = &*self.0.lock().unwrap();
        println!("{what}: {} done, {} refused, {} dropped, {} there", done.len(), refused.len(), dropped.len(), rows.len());
        assert_eq!(sum, START * i64::try_from(ACCOUNTS).unwrap(), "money was made or lost");
        assert!(rows.iter().all(|id| *id >= 0), "an undone savepoint is there");
        let is_there = |id: &i64| rows.binary_search(id).is_ok();
        assert!(done.iter().all(is_there), "reported as done, and not there");
        assert!(!refused.iter().any(is_there), "reported as failed, and there");
        assert_eq!(done.len() + refused.len() + dropped.len(), usize::try_from(TRANSFERS).unwrap());
        // The hooks know of all that have begun.
        let mut committed: Vec<_> =
            outcomes.iter().filter(|(_, outcome)| *outcome == TxOutcome::Committed).map(|(id, _)| *id).collect();
        committed.sort_unstable();
        assert_eq!(committed, rows, "what hooks were told is not what is there");
        assert!(!outcomes.iter().any(|(_, outcome)| *outcome == TxOutcome::Unknown));
        // Chance has done its work.
        assert!(!done.is_empty() && !dropped.is_empty(), "{} done, {} dropped", done.len(), dropped.len());
    }
}
