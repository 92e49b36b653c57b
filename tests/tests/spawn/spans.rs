//! C88: the tracing span of whoever spawns it.

use std::future::pending;

use tracing::{Instrument, info_span};
use weftwork::{Context, background, context, drain, drain_background, secs, spawn, with};
use weftwork_tests::{Log, current_span, spin, with_spans};

/// Notes the span when it is dropped.
struct Last(Log);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.note(format!("dropped:{}", current_span()));
    }
}

/// Notes it at every step.
async fn noted(log: Log) {
    let _last = Last(log.clone());
    log.note(format!("first:{}", current_span()));
    tokio::task::yield_now().await;
    log.note(format!("then:{}", current_span()));
}

#[test]
fn c88_at_every_poll_and_in_the_drop() {
    let log = Log::new();
    with_spans(async {
        let task = info_span!("mine").in_scope(|| spawn(noted(log.clone())));
        info_span!("other").in_scope(|| ()); // of whoever awaits it nothing goes along
        task.instrument(info_span!("awaiting")).await.unwrap();
        assert_eq!(current_span(), "none");
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}

#[test]
fn c88_without_a_span() {
    let log = Log::new();
    with_spans(async { spawn(noted(log.clone())).await.unwrap() });
    assert_eq!(log.text(), "first:none then:none dropped:none");
}

#[test]
fn c88_a_span_of_its_own_is_within() {
    let log = Log::new();
    with_spans(async {
        let own = noted(log.clone()).instrument(info_span!("own"));
        info_span!("mine").in_scope(|| spawn(own)).await.unwrap();
    });
    assert_eq!(log.text(), "first:own then:own dropped:own");
}

#[test]
fn c88_in_a_task_that_a_task_spawns() {
    let log = Log::new();
    with_spans(async {
        let inner = log.clone();
        let outer = async move { spawn(noted(inner)).await.unwrap() };
        info_span!("mine").in_scope(|| spawn(outer)).await.unwrap();
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}

#[test]
fn c88_where_it_is_cancelled() {
    let log = Log::new();
    with_spans(async {
        let (inner, log) = (log.clone(), log.clone());
        let context: Context<()> = context!(async move {
            yield ();
            log.note(format!("clean-up:{}", current_span()));
            tokio::task::yield_now().await;
            log.note(format!("behind:{}", current_span()));
        });
        let work = async move {
            let _last = Last(inner);
            with!(_ = context, { pending::<()>().await }).await;
        };
        let task = info_span!("mine").in_scope(|| spawn(work));
        spin().await;
        drop(task);
        assert_eq!(drain(secs(5)).await.len(), 0);
    });
    assert_eq!(log.text(), "dropped:mine clean-up:mine behind:mine");
}

#[test]
fn c84_a_detached_one_keeps_it() {
    let log = Log::new();
    with_spans(async {
        info_span!("mine").in_scope(|| spawn(noted(log.clone())).detach());
        spin().await;
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}

#[test]
fn c125_what_runs_in_the_background_has_it() {
    let log = Log::new();
    with_spans(async {
        info_span!("mine").in_scope(|| background("c125 span", noted(log.clone())));
        assert_eq!(drain_background(secs(5)).await.len(), 0);
    });
    assert_eq!(log.text(), "first:mine then:mine dropped:mine");
}
