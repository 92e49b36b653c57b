//! Writes down the events of transactions as they come.

use std::fmt::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex};

use tokio::runtime::Builder;
use tokio::sync::Notify;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What was seen on this thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(Arc<All>);

#[derive(Debug, Default)]
struct All {
    lines: Mutex<Vec<String>>,
    changed: Notify,
}

impl Seen {
    /// The events up to now, from the last time on.
    pub(crate) fn take(&self) -> Vec<String> {
        mem::take(&mut self.0.lines.lock().unwrap())
    }

    /// Waits for an event of this name.
    pub(crate) async fn until(&self, name: &str) {
        loop {
            let changed = self.0.changed.notified();
            if self.0.lines.lock().unwrap().iter().any(|line| line.starts_with(name)) {
                return;
            }
            changed.await;
        }
    }
}

/// Runs `test` on a runtime of one thread, whose events are seen.
pub(crate) fn seen(test: impl AsyncFnOnce(&Seen)) {
    let seen = Seen::default();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(Recorder(seen.clone()), || runtime.block_on(test(&seen)));
}

struct Recorder(Seen);

/// The fields in their order. How long something lasts is left out: it is there, and a time.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => {}
            name @ ("duration" | "delay") => {
                assert!(format!("{value:?}").ends_with('s'), "{value:?} is no duration");
                write!(self.0, " {name}").unwrap();
            }
            name => write!(self.0, " {name}={value:?}").unwrap(),
        }
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "weftwork" && metadata.is_event()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = format!("{}: {}{}", metadata.name(), metadata.level(), fields.0);
        self.0.0.lines.lock().unwrap().push(line);
        self.0.0.changed.notify_waiters();
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
