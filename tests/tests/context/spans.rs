//! The tracing span of a clean-up.

use std::future::pending;

use tracing::{Instrument, info_span};
use weftwork::{Context, context, drain, secs, with};
use weftwork_tests::{Log, current_span, poll_once, with_spans};

fn noted(log: &Log) -> Context<(), String> {
    let log = log.clone();
    context!(async move {
        log.note(format!("enter:{}", current_span()));
        yield ();
        log.note(format!("before:{}", current_span()));
        tokio::time::sleep(secs(1)).await;
        log.note(format!("after:{}", current_span()));
        Err(String::from("nobody gets this"))
    })
}

#[test]
fn x51_inline() {
    let log = Log::new();
    with_spans(async {
        let work = with!(_ = noted(&log), async || -> Result<(), String> { Ok(()) });
        // Entered within the span, and polled on without it.
        let mut work = Box::pin(work);
        assert!(info_span!("mine").in_scope(|| poll_once(work.as_mut())).is_pending());
        assert!(work.await.is_err());
    });
    assert_eq!(log.text(), "enter:mine before:mine after:mine");
}

#[test]
fn x51_handed_over() {
    let log = Log::new();
    with_spans(async {
        let log = log.clone();
        let task = tokio::spawn(
            with!(_ = noted(&log), async move || -> Result<(), String> { pending().await }).instrument(info_span!("mine")),
        );
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.is_err());
        assert!(drain(secs(5)).await.is_empty());
    });
    assert_eq!(log.text(), "enter:mine before:mine after:mine");
}
