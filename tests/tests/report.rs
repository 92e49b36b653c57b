//! Where failures go that no caller is there to receive (C127, W46, W47). The hook is that of the whole process: one test after the
//! other.

use std::convert::Infallible;

use tokio::sync::Mutex;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use weftwork::{Context, ReportKind, context, set_report_hook, take_report_hook, with};
use weftwork_tests::Log;

static TURN: Mutex<()> = Mutex::const_new(());

fn failing() -> Context<(), &'static str> {
    let failing: Context<(), &'static str> = context!(async {
        yield ();
        Err("no more room")
    });
    failing.named("failing")
}

/// The body's error wins: that of the clean-up is reported.
async fn fail_twice() {
    let result = with!(_ = failing(), async || -> Result<(), &'static str> { Err("mine") });
    assert_eq!(result.await, Err("mine"));
}

#[tokio::test]
async fn c127_the_hook_gets_kind_name_site_and_message() {
    let _turn = TURN.lock().await;
    let log = Log::new();
    let noted = log.clone();
    set_report_hook(move |report| {
        assert_eq!((report.kind(), report.name()), (ReportKind::CleanUpFailed, "failing"));
        assert!(report.site().unwrap().file().ends_with("report.rs"));
        noted.note(report.message());
    });
    fail_twice().await;
    take_report_hook();
    assert_eq!(log.text(), "failed: \"no more room\"");
}

#[tokio::test]
async fn w47_a_hook_that_panics_harms_nobody() {
    let _turn = TURN.lock().await;
    let log = Log::new();
    let noted = log.clone();
    set_report_hook(move |_| {
        noted.note("called");
        panic!("in the hook, on purpose");
    });
    fail_twice().await;
    fail_twice().await;
    take_report_hook();
    assert_eq!(log.text(), "called called");
}

#[tokio::test]
async fn w47_a_hook_may_replace_itself_and_report() {
    let _turn = TURN.lock().await;
    let log = Log::new();
    let noted = log.clone();
    set_report_hook(move |report| {
        noted.note("first");
        let second = noted.clone();
        set_report_hook(move |_| second.note("second"));
        assert_eq!(report.name(), "failing");
        // In a hook nothing waits: this one is ready at once.
        let again: Result<(), Infallible> = weftwork_tests::finished(std::pin::pin!(async {
            fail_twice().await;
            Ok(())
        }));
        assert!(again.is_ok());
    });
    fail_twice().await;
    take_report_hook();
    assert_eq!(log.text(), "first second");
}

struct Events(Log);

impl Subscriber for Events {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let fields: Vec<_> = event.fields().map(|field| field.name()).collect();
        self.0.note(format!("{}:{}:{}", event.metadata().level(), event.metadata().target(), fields.join(",")));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn w46_without_a_hook_a_subscriber_gets_an_event() {
    let _turn = TURN.blocking_lock();
    let log = Log::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::subscriber::with_default(Events(log.clone()), || runtime.block_on(fail_twice()));
    assert_eq!(log.text(), "ERROR:weftwork:message,kind,name,task,site");
}
