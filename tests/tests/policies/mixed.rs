//! Layers that lean on each other: what runs again, what is read behind the body, and who has the arguments.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use weftwork::{attempt, blocking, fallback, limit, retry, secs, timeout};

use super::Late;

#[allow(clippy::needless_pass_by_value, reason = "it consumes")]
fn consume(text: String) -> u32 {
    u32::try_from(text.len()).unwrap()
}

#[tokio::test]
async fn p6_a_retry_right_above_a_fallback_lends_its_arguments() {
    #[retry(attempts = 2)]
    #[fallback(Late::Own(0) => Ok(7))]
    async fn f(text: String, list: &mut Vec<u32>) -> Result<u32, Late> {
        list.push(attempt());
        if list.len() < 2 { Err(Late::Own(1)) } else { Ok(text.len() as u32) }
    }
    let mut list = Vec::new();
    assert_eq!(f("abc".into(), &mut list).await, Ok(3));
    assert_eq!(list, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn p6_a_retry_right_above_a_value_instead_of_the_timeout() {
    #[retry(attempts = 3)]
    #[timeout(1s, or = Err(Late::Own(9)))]
    async fn f(calls: &mut u32, text: String) -> Result<u32, Late> {
        *calls += 1;
        if *calls < 3 {
            std::future::pending::<()>().await;
        }
        Ok(text.len() as u32)
    }
    let mut calls = 0;
    assert_eq!((f(&mut calls, "ab".into()).await, calls), (Ok(2), 3));
}

#[tokio::test]
async fn p6_two_retries_clone_the_same_argument() {
    #[retry(attempts = 2, clone(text))]
    #[retry(attempts = 3, clone(text))]
    async fn f(calls: &mut u32, text: String) -> Result<u32, Late> {
        *calls += 1;
        let length = consume(text);
        if *calls < 5 { Err(Late::Own(length)) } else { Ok(length) }
    }
    let mut calls = 0;
    assert_eq!((f(&mut calls, "ab".into()).await, calls), (Ok(2), 5));
}

#[tokio::test]
async fn p86_what_a_failed_attempt_has_changed_is_seen_below_a_fallback_too() {
    #[retry(attempts = 3)]
    #[fallback(Late::Own(100) => Ok(0))]
    async fn f(mut number: u32) -> Result<u32, Late> {
        number += 1;
        if number < 3 { Err(Late::Own(number)) } else { Ok(number) }
    }
    assert_eq!(f(0).await, Ok(3));
}

#[tokio::test]
async fn p77_p88_when_reads_an_argument_that_the_attempts_have_clones_of() {
    #[retry(attempts = 3, clone(request), when = |error: &Late| request.len() > 1 && *error == Late::Own(2))]
    async fn f(calls: &mut u32, request: String) -> Result<u32, Late> {
        *calls += 1;
        Err(Late::Own(consume(request)))
    }
    let mut calls = 0;
    assert_eq!((f(&mut calls, "ab".into()).await, calls), (Err(Late::Own(2)), 3));
    assert_eq!((f(&mut calls, "a".into()).await, calls), (Err(Late::Own(1)), 4));
}

#[tokio::test]
async fn p99_arguments_that_are_configured_out_are_nobody_s() {
    #[fallback(|_| Ok(number))]
    async fn f(#[cfg(any())] gone: Missing, number: u32) -> Result<u32, Late> {
        Err(Late::Own(number))
    }
    #[blocking]
    async fn g(#[cfg(any())] gone: Missing, number: u32) -> u32 {
        number
    }
    assert_eq!((f(3).await, g(4).await), (Ok(3), 4));
}

#[tokio::test]
async fn p102_the_thread_has_every_argument_until_it_ends() {
    struct Guard(mpsc::Sender<&'static str>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.send("dropped").unwrap();
        }
    }
    #[blocking]
    async fn write(go: mpsc::Receiver<()>, said: mpsc::Sender<&'static str>, _guard: Guard) {
        go.recv().unwrap();
        said.send("written").unwrap();
    }
    let ((go, may_go), (said, heard)) = (mpsc::channel(), mpsc::channel());
    let begun = Arc::new(tokio::sync::Notify::new());
    let call = tokio::spawn({
        let (begun, guard) = (begun.clone(), Guard(said.clone()));
        async move {
            let call = write(may_go, said, guard);
            begun.notify_one();
            call.await;
        }
    });
    begun.notified().await;
    call.abort();
    assert!(call.await.is_err());
    // Without a thread that has begun nothing is written; with one the guard goes behind that.
    go.send(()).ok();
    let order: Vec<_> = std::iter::from_fn(|| heard.recv_timeout(Duration::from_secs(60)).ok()).collect();
    assert!(order == ["dropped"] || order == ["written", "dropped"], "{order:?}");
}

#[test]
fn p43_rates_and_counts_out_of_a_macro() {
    macro_rules! limited {
        ($name:ident, $rate:literal, $count:expr) => {
            #[limit($rate/s, burst = 2)]
            #[limit($count)]
            async fn $name() {}
        };
    }
    limited!(f, 10, 1 + 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let start = tokio::time::Instant::now();
        for _ in 0..3 {
            f().await;
        }
        assert_eq!(start.elapsed(), secs(1) / 10);
    });
}
