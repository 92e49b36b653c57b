//! What was reported. The hook is one for the whole process: it collects, and a test asks for what has a name of its own.

use std::sync::{Mutex, Once, PoisonError};

use weftwork::{Report, ReportKind, set_report_hook};

static REPORTS: Mutex<Vec<Report>> = Mutex::new(Vec::new());

/// From now on reports are collected.
pub(crate) fn collect() {
    static COLLECTING: Once = Once::new();
    COLLECTING.call_once(|| {
        set_report_hook(|report| REPORTS.lock().unwrap_or_else(PoisonError::into_inner).push(report.clone()));
    });
}

/// What was reported of the context of this name, each once: they are forgotten then.
pub(crate) fn take(name: &str) -> Vec<Report> {
    let mut reports = REPORTS.lock().unwrap_or_else(PoisonError::into_inner);
    reports.extract_if(.., |report| report.name() == name).collect()
}

/// The one report of the context of this name: its kind, its message, and whether it names a line of this file.
///
/// # Panics
/// If there is none, or more than one.
#[track_caller]
pub(crate) fn take_one(name: &str, file: &str) -> (ReportKind, String) {
    let reports = take(name);
    let [report] = &reports[..] else { panic!("one report of `{name}`, and not {reports:?}") };
    let site = report.site().expect("it says where the context was entered");
    assert!(site.file().ends_with(file), "{report}");
    (report.kind(), report.message().to_owned())
}
