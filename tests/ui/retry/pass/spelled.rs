//! P75 to P90: every spelling.
#![deny(warnings)]
use std::time::Duration;

use weftwork::{Backoff, RetryBudget, attempt, limit, millis, retry, secs, timeout};

const ATTEMPTS: u32 = 4;
const WITHIN: Duration = secs(10);
const BACKOFF: Backoff = Backoff::constant(millis(1));
static BUDGET: RetryBudget = RetryBudget::percent(20);

#[derive(Debug)]
struct Failed;

impl Failed {
    fn is_transient(&self) -> bool {
        true
    }

    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

macro_rules! spelled {
    ($($name:ident: $attribute:meta),+ $(,)?) => {
        $(
            #[$attribute]
            async fn $name() -> Result<u32, Failed> {
                Ok(attempt())
            }
        )+
        #[tokio::main]
        async fn main() {
            $(assert_eq!($name().await.unwrap(), 1);)+
            rest().await;
        }
    };
}

spelled! {
    attempts: retry(attempts = 4),
    suffix: retry(attempts = 4u32),
    grouped: retry(attempts = 1_000),
    constant: retry(attempts = ATTEMPTS),
    sum: retry(attempts = ATTEMPTS + 1),
    block: retry(attempts = { 1 + 2 }),
    within: retry(within = 10s),
    within_in_text: retry(within = "1.5s"),
    within_a_constant: retry(within = WITHIN / 2),
    both: retry(attempts = 4, within = 10s),
    comma: retry(attempts = 4,),
    range: retry(attempts = 4, backoff = 50ms..2s),
    closed_range: retry(attempts = 4, backoff = 50ms..=2s),
    range_in_texts: retry(attempts = 4, backoff = "50ms".."2s"),
    range_of_expressions: retry(attempts = 4, backoff = millis(50)..secs(2)),
    range_of_both: retry(attempts = 4, backoff = 50ms..WITHIN),
    constant_backoff: retry(attempts = 4, backoff = constant(100ms)),
    constant_expression: retry(attempts = 4, backoff = constant(WITHIN / 100)),
    backoff_value: retry(attempts = 4, backoff = BACKOFF),
    jittered: retry(attempts = 4, backoff = 50ms..2s, jitter),
    jitter_first: retry(jitter, backoff = 50ms..2s, attempts = 4),
    when_path: retry(attempts = 4, when = Failed::is_transient),
    when_closure: retry(attempts = 4, when = |error| error.is_transient()),
    when_typed: retry(attempts = 4, when = |error: &Failed| error.is_transient()),
    when_block: retry(attempts = 4, when = |_| { ATTEMPTS > 3 }),
    when_matches: retry(attempts = 4, when = |error| matches!(error, Failed)),
    after_path: retry(attempts = 4, after = Failed::retry_after),
    after_closure: retry(attempts = 4, after = |_| Some(millis(1))),
    when_and_after: retry(attempts = 4, when = Failed::is_transient, after = Failed::retry_after),
    budgeted: retry(attempts = 4, budget = BUDGET),
    budget_lent: retry(attempts = 4, budget = &BUDGET),
    own_path: retry(attempts = 4, crate = ::weftwork),
    own_path_in_text: retry(attempts = 4, crate = "::weftwork"),
    no_name: retry(attempts = 4, clone()),
}

// ---- the arguments ----

#[retry(attempts = most, within = patience, backoff = first..patience, when = |_| most > 1)]
async fn of_arguments(most: u32, patience: Duration, first: Duration) -> Result<u32, Failed> {
    Ok(most)
}

#[retry(attempts = 4, clone(name, list))]
async fn cloned(name: String, mut list: Vec<u8>, count: &mut u32) -> Result<(String, Vec<u8>), Failed> {
    list.push(1);
    *count += 1;
    Ok((name, list))
}

struct Client {
    attempts: u32,
}

impl Client {
    #[timeout(8s, or = Ok(0))]
    #[retry(attempts = self.attempts, backoff = 1ms..2ms, when = |error| self.agrees(error))]
    #[limit(4)]
    async fn method(&mut self, (left, right): (u32, u32)) -> Result<u32, Failed> {
        self.attempts += 1;
        Ok(left + right)
    }

    fn agrees(&self, _: &Failed) -> bool {
        true
    }
}

async fn rest() {
    assert_eq!(of_arguments(4, secs(1), millis(1)).await.unwrap(), 4);
    let mut count = 0;
    assert_eq!(cloned("a".into(), Vec::new(), &mut count).await.unwrap(), ("a".into(), vec![1]));
    assert_eq!((count, Client { attempts: 4 }.method((1, 2)).await.unwrap()), (1, 3));
}
