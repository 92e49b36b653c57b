//! What was reported, for tests that ask for what has a name of its own.

use weftwork::ReportKind;
pub(crate) use weftwork_tests::reports::{collect, take};

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
