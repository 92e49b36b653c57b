//! Attributes of others above, between and below ours. Cases P9 to P11.

use std::sync::Mutex;

use futures::future::join;
use tokio::time::sleep;
use weftwork::{attempt, blocking, fallback, limit, retry, secs, timeout};
use weftwork_tests::timed;

use super::{Late, expiry};

// ---- attributes that rewrite the body ----

mod spans {
    //! A tracing subscriber that writes down when the spans of this file are made.

    use std::sync::{Arc, Mutex};
    use tokio::time::Instant;
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    /// The name of each new span, and the second in which it was made.
    type Seen = Arc<Mutex<Vec<(&'static str, u64)>>>;

    pub(super) struct Recorder {
        start: Instant,
        seen: Seen,
    }

    impl Recorder {
        pub(super) fn new() -> (Self, Seen) {
            let seen = Seen::default();
            (Self { start: Instant::now(), seen: Arc::clone(&seen) }, seen)
        }
    }

    impl Subscriber for Recorder {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.is_span() && metadata.target() == module_path!().rsplit_once("::").unwrap().0
        }
        fn new_span(&self, span: &Attributes<'_>) -> Id {
            let mut seen = self.seen.lock().unwrap();
            seen.push((span.metadata().name(), self.start.elapsed().as_secs()));
            Id::from_u64(seen.len() as u64)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }
}

/// Two calls at once of each: the span of the second one begins when it has its place, a second later.
macro_rules! the_span_is_inside {
    ($($test:ident: $(#[$attribute:meta])+)+) => {$(
        #[tokio::test(start_paused = true)]
        async fn $test() {
            $(#[$attribute])+
            async fn spanned() -> Result<(), Late> {
                sleep(secs(1)).await;
                Ok(())
            }
            let (recorder, seen) = spans::Recorder::new();
            let _scope = tracing::subscriber::set_default(recorder);
            let (results, took) = timed(join(spanned(), spanned())).await;
            assert_eq!((results, took), ((Ok(()), Ok(())), secs(2)));
            assert_eq!(*seen.lock().unwrap(), [("spanned", 0), ("spanned", 1)]);
        }
    )+};
}

the_span_is_inside! {
    p9_instrument_above: #[tracing::instrument] #[timeout(8s)] #[limit(1)] #[timeout(2s)]
    p9_instrument_between: #[timeout(8s)] #[tracing::instrument] #[limit(1)] #[timeout(2s)]
    p9_instrument_below: #[timeout(8s)] #[limit(1)] #[timeout(2s)] #[tracing::instrument]
    p9_instrument_under_one: #[limit(1)] #[tracing::instrument(skip_all, err(Debug))]
}

#[tokio::test(start_paused = true)]
async fn p9_under_a_retry_the_span_is_made_for_each_attempt() {
    #[tracing::instrument(skip_all)]
    #[fallback(_ => Ok(()))]
    #[retry(attempts = 3, backoff = constant(1s))]
    #[timeout(2s)]
    async fn spanned() -> Result<(), Late> {
        Err(Late::Own(1))
    }
    let (recorder, seen) = spans::Recorder::new();
    let _scope = tracing::subscriber::set_default(recorder);
    assert_eq!(spanned().await, Ok(()));
    assert_eq!(*seen.lock().unwrap(), [("spanned", 0), ("spanned", 1), ("spanned", 2)]);
}

// ---- attributes that only mark ----

#[tokio::test(start_paused = true)]
async fn p10_d14_marks_anywhere_in_the_stack() {
    /// Documented.
    #[must_use]
    #[timeout(8s)]
    #[inline]
    #[fallback(Late::Own(_) => Ok(()))]
    /// And more.
    #[limit(1)]
    #[allow(unused_variables)]
    #[retry(attempts = 2, when = |error| matches!(error, Late::Own(_)))]
    #[cfg(not(any()))]
    #[timeout(2s)]
    #[deprecated]
    async fn marked(unused: u8) -> Result<(), Late> {
        #![allow(clippy::let_unit_value)]
        sleep(secs(3)).await;
        Ok(())
    }
    #[expect(deprecated, reason = "the mark is on the function")]
    let call = marked(1);
    assert_eq!(expiry(&call.await), Some(secs(2)));
}

// ---- entry attributes ----

static ENTERED: Mutex<Vec<&str>> = Mutex::new(Vec::new());

#[timeout(2s)]
#[limit(1)]
#[tokio::test(start_paused = true)]
async fn p11_above_a_test() -> Result<(), Late> {
    let (result, took) = timed(async {
        timeout(secs(1), std::future::pending::<()>()).await.unwrap_err();
    })
    .await;
    assert_eq!((result, took), ((), secs(1)));
    Ok(())
}

#[test]
fn p11_a_test_that_hangs_ends_under_its_timeout() {
    #[timeout(2s)]
    #[tokio::main(flavor = "current_thread", start_paused = true)]
    async fn hangs() -> Result<(), Late> {
        std::future::pending().await
    }
    assert_eq!(expiry(&hangs()), Some(secs(2)));
}

#[fallback(Late::Own(_) => Ok(()))]
#[timeout(8s, or = Err(Late::Own(2)))]
#[retry(attempts = 3, backoff = constant(1s))]
#[tokio::test(start_paused = true)]
async fn p11_retry_and_fallback_above_a_test() -> Result<(), Late> {
    if attempt() == 3 { Err(Late::Own(3)) } else { Err(Late::Own(1))? }
}

#[blocking]
#[tokio::test]
async fn p11_blocking_above_a_test() {
    let here = std::thread::current();
    assert_ne!(here.name(), Some("foreign::p11_blocking_above_a_test"));
}

#[test]
fn p11_above_main_and_among_other_attributes() {
    #[limit(1)]
    #[must_use]
    #[timeout(2s)]
    #[tokio::main(flavor = "current_thread")]
    #[inline(never)]
    async fn program(name: &'static str) -> Result<u32, Late> {
        ENTERED.lock().unwrap().push(name);
        tokio::task::yield_now().await;
        Ok(7)
    }
    assert_eq!(program("a"), Ok(7));
    assert_eq!(program("b"), Ok(7));
    assert_eq!(*ENTERED.lock().unwrap(), ["a", "b"]);
}
