//! Settings that are expressions: over the arguments and the receiver, evaluated once for each time the layer is entered.

use std::time::Duration;

use weftwork::{Backoff, millis, retry, secs, without_retry_delays};
use weftwork_tests::Log;

use super::{Calls, Failed, signed};

#[tokio::test(start_paused = true)]
async fn p84_p79_settings_out_of_arguments_and_the_receiver() {
    struct Client {
        attempts: u32,
        pause: Duration,
    }
    impl Client {
        #[retry(attempts = self.attempts, backoff = self.pause..longest)]
        async fn by_fields(&self, calls: &Calls, longest: Duration) -> Result<u32, Failed> {
            calls.fail()
        }

        #[retry(attempts = self.most().await, backoff = constant(self.pause))]
        async fn by_calls(&mut self, calls: &Calls) -> Result<u32, Failed> {
            self.attempts += 10;
            calls.fail()
        }

        #[retry(attempts = 3, backoff = backoff)]
        async fn by_value(self, calls: &Calls, backoff: Backoff) -> Result<u32, Failed> {
            calls.fail()
        }

        async fn most(&self) -> u32 {
            self.attempts
        }
    }
    let mut client = Client { attempts: 4, pause: millis(50) };
    let calls = Calls::new();
    assert_eq!(signed(client.by_fields(&calls, millis(70)).await), -4);
    assert_eq!(calls.at(), [0, 50, 120, 190]);
    let calls = Calls::new();
    // Evaluated before the first attempt, and not again.
    assert_eq!((signed(client.by_calls(&calls).await), client.attempts), (-4, 44));
    assert_eq!(calls.at(), [0, 50, 100, 150]);
    let calls = Calls::new();
    assert_eq!(signed(client.by_value(&calls, Backoff::constant(secs(1))).await), -3);
    assert_eq!(calls.at(), [0, 1000, 2000]);
}

#[tokio::test(start_paused = true)]
async fn p6_settings_of_an_inner_retry_are_evaluated_in_each_attempt_of_the_outer() {
    #[retry(attempts = { log.note("outer"); 2 })]
    #[retry(attempts = { log.note("inner"); 2 })]
    async fn fetch(log: &Log) -> Result<u32, Failed> {
        log.note("body");
        Err(Failed::Own(1))
    }
    let log = Log::new();
    assert_eq!(signed(fetch(&log).await), -1);
    assert_eq!(log.text(), "outer inner body body inner body body");
}

#[tokio::test]
async fn pauses_can_be_left_out_on_a_clock_that_runs() {
    #[retry(attempts = 9, backoff = 1h..10h)]
    async fn fetch(calls: &Calls) -> Result<u32, Failed> {
        calls.fail()
    }
    let calls = Calls::new();
    assert_eq!(signed(without_retry_delays(fetch(&calls)).await), -9);
}

#[tokio::test(start_paused = true)]
async fn p122_no_attempts_at_run_time_are_a_panic() {
    #[retry(attempts = most)]
    async fn fetch(most: u32) -> Result<u32, Failed> {
        Ok(most)
    }
    assert!(weftwork_tests::panic_within(fetch(0)).await.contains("retry of no attempts"));
    assert_eq!(signed(fetch(1).await), 1);
}
