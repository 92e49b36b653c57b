//! P18: what `#[retry]` expands to does the same as the value, at the same times.

use std::time::Duration;

use weftwork::__private::{Next, retrying};
use weftwork::{Backoff, Retry, RetryBudget, attempt, millis, secs, timeout};

use super::{Bare, Calls, signed};

const RETRY: Retry = Retry::attempts(4).backoff(Backoff::doubling(millis(50), secs(2)));

/// The loop of an expansion. Its settings are a constant or a value.
macro_rules! retried {
    ($settings:expr, $next:ident($($rule:expr),*), $body:expr) => {
        async {
            let mut retry = retrying("function", $settings);
            loop {
                let output = retry.attempt(async { $body }).await;
                match retry.$next(output, $($rule),*) {
                    Next::Done(output) => break output,
                    Next::Again(pause) => pause.over().await,
                }
            }
        }
    };
}

#[tokio::test(start_paused = true)]
async fn p18_the_loop_does_what_the_value_does() {
    let by_hand = Calls::new();
    assert_eq!(signed(RETRY.run(|| by_hand.fail()).await), -4);
    let constant = Calls::new();
    assert_eq!(signed(retried!(&const { RETRY.within(secs(9)) }, next(), constant.fail().await).await), -4);
    let value = Calls::new();
    assert_eq!(signed(retried!(RETRY, next(), value.fail().await).await), -4);
    assert_eq!((constant.at(), value.at()), (by_hand.at(), by_hand.at()));
}

#[tokio::test(start_paused = true)]
async fn p18_with_when_after_and_both() {
    let calls = Calls::new();
    assert_eq!(signed(retried!(&const { RETRY }, next_when(|error: &Bare| error.0 < 2), calls.fail().await).await), -2);
    assert_eq!(calls.at(), [0, 50]);
    let calls = Calls::new();
    // The type of the error is known to the closure.
    assert_eq!(
        signed(retried!(&const { RETRY }, next_after(|error| (error.0 == 2).then(|| secs(9))), calls.fail().await).await),
        -4
    );
    assert_eq!(calls.at(), [0, 50, 9050, 9250]);
    let calls = Calls::new();
    assert_eq!(signed(retried!(RETRY, next_with(|error| error.0 != 3, |_| Some(Duration::ZERO)), calls.fail().await).await), -3);
    assert_eq!(calls.at(), [0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn p18_a_budget_and_a_deadline() {
    static BUDGET: RetryBudget = RetryBudget::percent(0).reserve(2);
    let calls = Calls::new();
    assert_eq!(signed(retried!(RETRY.budget(&BUDGET), next(), calls.fail().await).await), -3);
    let calls = Calls::new();
    assert_eq!(timeout(millis(149), retried!(&const { RETRY }, next(), calls.fail().await)).await.map(signed), Ok(-2));
}

#[tokio::test]
async fn p90_the_loop_numbers_its_attempts() {
    let third = retried!(&const { Retry::attempts(3) }, next(), if attempt() < 3 { Err(attempt()) } else { Ok(attempt()) });
    assert_eq!((third.await, attempt()), (Ok(3), 1));
}

/// P86: what the body changes is borrowed anew each time.
#[tokio::test]
async fn p86_the_body_may_change_what_is_around_it() {
    let mut seen = Vec::new();
    let result: Result<(), Bare> = retried!(&const { Retry::attempts(3) }, next(), {
        seen.push(attempt());
        Err(Bare(0))
    })
    .await;
    assert_eq!((signed(result.map(|()| 0)), seen), (0, vec![1, 2, 3]));
}

#[test]
fn p114_the_state_of_a_retry_is_small() {
    let argument = [0_u8; 65536];
    async fn plain(argument: &[u8; 65536]) -> Result<u32, Bare> {
        tokio::task::yield_now().await;
        Err(Bare(argument.len().try_into().unwrap()))
    }
    let alone = size_of_val(&plain(&argument));
    let by_constant = retried!(&const { RETRY }, next(), plain(&argument).await);
    let by_value = retried!(RETRY, next(), plain(&argument).await);
    let more = [size_of_val(&by_constant) - alone, size_of_val(&by_value) - alone];
    assert!(more[0] <= 256 && more[1] <= 512, "{more:?}");
}
