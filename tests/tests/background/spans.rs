//! C125: the tracing span goes along.

use tokio::task::yield_now;
use tracing::{Instrument, info_span};
use weftwork::{Restart, background, background_with_restart, drain_background, secs, timeout};
use weftwork_tests::{Log, current_span, with_spans};

/// Notes the span on every turn, and where it is dropped.
async fn notes(log: Log) {
    struct AtTheEnd(Log);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            self.0.note(format!("dropped:{}", current_span()));
        }
    }
    let _at_the_end = AtTheEnd(log.clone());
    log.note(current_span());
    yield_now().await;
    log.note(current_span());
    std::future::pending::<()>().await;
}

#[test]
fn c125_the_span_of_the_caller_goes_along() {
    let log = Log::new();
    with_spans(async {
        let calls = async {
            background("c125 span", notes(log.clone()));
            std::future::pending::<()>().await;
        };
        timeout(secs(1), calls.instrument(info_span!("mine"))).await.unwrap_err();
        assert_eq!(current_span(), "none");
        assert!(drain_background(secs(0)).await.is_empty());
    });
    assert_eq!(log.text(), "mine mine dropped:mine");
}

#[test]
fn c125_without_a_span_there_is_none() {
    let log = Log::new();
    with_spans(async {
        background("c125 no span", notes(log.clone()));
        async { assert!(drain_background(secs(1)).await.is_empty()) }.instrument(info_span!("of the drain")).await;
    });
    assert_eq!(log.text(), "none none dropped:none");
}

#[test]
fn c125_each_restart_is_in_the_span() {
    let log = Log::new();
    with_spans(async {
        let inner = log.clone();
        info_span!("mine").in_scope(|| {
            background_with_restart("c125 restarts", Restart::new().limit(2), move || {
                inner.note(format!("made:{}", current_span()));
                let log = inner.clone();
                async move {
                    yield_now().await;
                    log.note(current_span());
                    Err::<(), _>("again")
                }
            });
        });
        assert!(drain_background(secs(60)).await.is_empty());
    });
    assert_eq!(log.text(), "made:mine mine made:mine mine made:mine mine");
}
