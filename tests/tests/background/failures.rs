//! An error and a panic are reported, once, with who it was; a normal end is not.

use std::any::Any;
use std::fmt;
use std::future::{Future, pending, ready};
use std::panic::{Location, panic_any};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::yield_now;
use weftwork::{Outcome, Report, ReportKind, Restart, background, background_with_restart, drain_background};
use weftwork_tests::{Reports, on_both_runtimes};

#[derive(Debug, thiserror::Error)]
#[error("no mail went out")]
struct Mail(#[source] Connection);

#[derive(Debug, thiserror::Error)]
#[error("no connection")]
struct Connection(#[source] std::io::Error);

fn no_mail() -> Result<(), Mail> {
    Err(Mail(Connection(std::io::Error::other("the cable is out"))))
}

async fn all_ended() {
    assert!(drain_background(Duration::MAX).await.is_empty());
}

#[track_caller]
fn assert_at(report: &Report, line: u32) {
    let site = report.site().expect("a task has a site");
    assert!(site.file().ends_with("failures.rs"), "{report}");
    assert_eq!(site.line(), line, "{report}");
}

#[test]
fn c124_w40_an_error_is_reported_once_with_its_sources() {
    on_both_runtimes(|| async {
        let reports = Reports::of("w40 error");
        let line = line!() + 1;
        background("w40 error", async {
            yield_now().await;
            no_mail()
        });
        all_ended().await;
        let report = reports.one();
        assert_eq!(report.kind(), ReportKind::TaskFailed);
        assert_eq!(report.message(), "failed: no mail went out: no connection: the cable is out");
        assert_at(&report, line);
        let (id, site) = (report.task().unwrap(), report.site().unwrap());
        assert_eq!(report.to_string(), format!("the task `w40 error` {id} ({site}) {}", report.message()));
    });
}

/// Errors that are no `std::error::Error`.
#[tokio::test]
async fn w40_an_error_may_be_text_or_anyhow() {
    let reports = Reports::of("w40 others");
    background("w40 others", async { Err::<(), _>("a word") });
    background("w40 others", async { Err::<u8, _>(String::from("a sentence")) });
    background("w40 others", async { no_mail().map_err(Box::<dyn std::error::Error + Send + Sync>::from) });
    background("w40 others", async { no_mail().map_err(anyhow::Error::from) });
    all_ended().await;
    let messages: Vec<String> = reports.all().iter().map(|report| report.message().to_owned()).collect();
    let chained = "failed: no mail went out: no connection: the cable is out";
    assert_eq!(messages, ["failed: a word", "failed: a sentence", chained, chained]);
}

async fn panics<P: Any + Send>(payload: P) {
    yield_now().await;
    panic_any(payload)
}

#[test]
fn c124_w39_a_panic_is_reported_once_with_its_text() {
    on_both_runtimes(|| async {
        let reports = Reports::of("w39 panic");
        let line = line!() + 1;
        background("w39 panic", panics("plain text"));
        all_ended().await;
        let report = reports.one();
        assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: plain text"));
        assert_at(&report, line);
        assert!(report.task().is_some());
    });
}

#[tokio::test]
async fn w39_every_kind_of_payload() {
    let reports = Reports::of("w39 payloads");
    background("w39 payloads", panics("a word"));
    background("w39 payloads", panics(String::from("a sentence")));
    background("w39 payloads", panics(Box::new("a box") as Box<dyn Any + Send>));
    all_ended().await;
    let mut messages: Vec<String> = reports.all().iter().map(|report| report.message().to_owned()).collect();
    // Who comes first behind a turn is the runtime's business.
    messages.sort_unstable();
    assert_eq!(messages, ["panicked: a sentence", "panicked: a word", "panicked: without a message"]);
}

#[test]
fn c124_w40_a_normal_end_is_silent() {
    on_both_runtimes(|| async {
        let reports = Reports::of("w40 silent");
        background("w40 silent", async {});
        background("w40 silent", ready(Ok::<(), Mail>(())));
        background("w40 silent", async { Ok::<u64, String>(7) });
        background_with_restart("w40 silent", Restart::new(), async || Ok::<u64, String>(7));
        all_ended().await;
        assert!(reports.all().is_empty(), "{:?}", reports.all());
    });
}

#[test]
fn w43_one_that_is_cancelled_is_silent() {
    on_both_runtimes(|| async {
        let reports = Reports::of("w43 cancelled");
        background("w43 cancelled", pending::<Result<(), Mail>>());
        background_with_restart("w43 cancelled", Restart::new(), pending::<Result<(), Mail>>);
        assert!(drain_background(Duration::ZERO).await.is_empty());
        assert!(reports.all().is_empty(), "{:?}", reports.all());
    });
}

#[test]
fn w48_two_of_one_name_differ_in_their_number() {
    on_both_runtimes(|| async {
        let reports = Reports::of("w48 twins");
        for twin in ["first", "second"] {
            background("w48 twins", async move { Err::<(), _>(twin) });
        }
        all_ended().await;
        let all = reports.all();
        let [one, two] = &all[..] else { panic!("two reports, and not {all:?}") };
        assert_ne!(one.task().unwrap(), two.task().unwrap());
        assert_eq!(one.site(), two.site());
        assert_ne!(one.to_string(), two.to_string());
        assert_ne!(one.message(), two.message());
    });
}

/// An output of one's own, which says by itself what it is.
enum Health {
    Fine,
    Down,
}

impl Outcome for Health {
    fn failure(&self) -> Option<String> {
        matches!(self, Self::Down).then(|| String::from("down"))
    }

    fn judge(self) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        match self {
            Self::Fine => Ok(self),
            Self::Down => Err("no pulse".into()),
        }
    }
}

#[tokio::test]
async fn c86_an_output_of_ones_own_is_asked() {
    let reports = Reports::of("c86 health");
    background("c86 health", async { Health::Fine });
    background("c86 health", async { Health::Down });
    all_ended().await;
    assert_eq!(reports.one().message(), "failed: no pulse");
}

/// Ready with its output, and its destructor panics.
struct Breaks<T>(Option<T>);

impl<T: Unpin> Future for Breaks<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        Poll::Ready(self.0.take().expect("polled once"))
    }
}

impl<T> Drop for Breaks<T> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("in a destructor, on purpose");
        }
    }
}

#[tokio::test]
async fn w39_a_panic_in_a_destructor_is_reported_once() {
    let reports = Reports::of("w39 destructor");
    background("w39 destructor", Breaks(Some(())));
    all_ended().await;
    let report = reports.one();
    assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: in a destructor, on purpose"));
}

/// Where it is cancelled, that is.
#[tokio::test]
async fn w39_a_panic_in_a_destructor_of_one_that_is_cancelled_is_reported_once() {
    let reports = Reports::of("w39 cancelled");
    background("w39 cancelled", async {
        let _breaks = Breaks(Some(()));
        pending::<()>().await;
    });
    yield_now().await;
    assert!(drain_background(Duration::ZERO).await.is_empty());
    let report = reports.one();
    assert_eq!((report.kind(), report.message()), (ReportKind::TaskPanicked, "panicked: in a destructor, on purpose"));
}

/// Its text can not be had.
#[derive(Debug)]
struct Unspeakable;

impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in `Display`, on purpose")
    }
}

impl std::error::Error for Unspeakable {}

#[tokio::test]
async fn w40_an_error_that_can_not_be_shown_is_a_report_all_the_same() {
    let reports = Reports::of("w40 unspeakable");
    background("w40 unspeakable", async { Err::<(), _>(Unspeakable) });
    all_ended().await;
    assert_eq!(reports.one().message(), "failed: an error whose `Display` panicked");
}

/// The one function that the work is handed through.
#[track_caller]
fn handed_on(name: &'static str) -> &'static Location<'static> {
    background(name, async { Err::<(), _>("from within") });
    Location::caller()
}

#[tokio::test]
async fn w39_the_site_is_the_callers_where_it_is_handed_on() {
    let reports = Reports::of("w39 handed on");
    let caller = handed_on("w39 handed on");
    all_ended().await;
    assert_eq!(reports.one().site(), Some(caller));
}
