//! P90: what `attempt()` says, and where.

use std::future::{pending, ready};
use std::pin::pin;

use tokio::task::yield_now;
use weftwork::{Backoff, Retry, attempt, gather, secs, spawn};
use weftwork_tests::{Log, poll_once};

/// Notes the number at every step, also at the last one.
struct Noted(Log, &'static str);

impl Noted {
    fn note(&self) {
        self.0.note(format!("{}{}", self.1, attempt()));
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.note();
    }
}

#[tokio::test]
async fn p90_attempts_are_numbered_from_one() {
    let log = Log::new();
    let retry = Retry::attempts(3).run(async || {
        log.note(attempt().to_string());
        yield_now().await;
        log.note(attempt().to_string());
        Err::<(), _>(())
    });
    assert_eq!((attempt(), retry.await, attempt()), (1, Err(()), 1));
    assert_eq!(log.text(), "1 1 2 2 3 3");
}

#[tokio::test]
async fn p90_making_the_future_and_dropping_it_belong_to_the_attempt() {
    let log = Log::new();
    let retry = Retry::attempts(2).run(|| {
        let noted = Noted(log.clone(), "");
        noted.note();
        async move {
            yield_now().await;
            let _noted = noted;
            Err::<(), _>(())
        }
    });
    assert_eq!(retry.await, Err(()));
    assert_eq!(log.text(), "1 1 2 2");
}

#[tokio::test]
async fn p90_dropped_from_outside_it_has_its_number() {
    let log = Log::new();
    {
        let mut call = pin!(Retry::attempts(5).run(async || {
            let _noted = Noted(log.clone(), "");
            if attempt() == 3 { pending().await } else { Err::<(), _>(()) }
        }));
        while log.text() != "1 2" {
            assert!(poll_once(call.as_mut()).is_pending());
            yield_now().await;
        }
        assert!(poll_once(call.as_mut()).is_pending());
    }
    assert_eq!((log.text().as_str(), attempt()), ("1 2 3", 1));
}

#[tokio::test]
async fn p90_the_innermost_one_counts() {
    let log = Log::new();
    let retry = Retry::attempts(2).run(async || {
        let inner = Retry::attempts(3).run(async || {
            log.note(attempt().to_string());
            Err::<(), _>(())
        });
        let result = inner.await;
        log.note(format!("outer:{}", attempt()));
        result
    });
    assert_eq!(retry.await, Err(()));
    assert_eq!(log.text(), "1 2 3 outer:1 1 2 3 outer:2");
}

#[tokio::test(start_paused = true)]
async fn p90_a_panic_sets_it_back() {
    let call = Retry::attempts(3).run(async || if attempt() == 2 { panic!("second") } else { Err::<(), _>(()) });
    assert_eq!(weftwork_tests::panic_within(call).await, "second");
    assert_eq!(attempt(), 1);
}

#[tokio::test(start_paused = true)]
async fn p90_siblings_do_not_see_it() {
    let log = Log::new();
    let retried = Retry::attempts(3).backoff(Backoff::constant(secs(1))).run(async || {
        let noted = Noted(log.clone(), "a");
        yield_now().await;
        drop(noted);
        Err::<(), _>(())
    });
    let beside = async {
        for _ in 0..3 {
            log.note(format!("b{}", attempt()));
            tokio::time::sleep(secs(1)).await;
        }
    };
    let (result, ()) = gather!(retried, beside).await;
    assert_eq!(result, Err(()));
    let text = log.text();
    assert!(text.matches('b').count() == 3 && text.matches("b1").count() == 3, "{text}");
    assert!(["a1", "a2", "a3"].iter().all(|one| text.contains(one)), "{text}");
}

#[tokio::test]
async fn p90_a_spawned_task_belongs_to_no_attempt() {
    let retry = Retry::attempts(3).run(async || {
        let inside = spawn(async { attempt() }).await.unwrap();
        if attempt() == 3 { Ok((attempt(), inside)) } else { Err(()) }
    });
    assert_eq!(retry.await, Ok((3, 1)));
    assert_eq!(Retry::attempts(2).run(|| ready(Err::<(), _>(attempt()))).await, Err(2));
}
