//! The one report that a test waits for.

use weftwork::ReportKind;
use weftwork_tests::Reports;

/// The one report of the context of this name: its kind and its message. It names a line of `file`, and is forgotten then.
///
/// # Panics
/// If there is none, or more than one.
#[track_caller]
pub(crate) fn take_one(name: &str, file: &str) -> (ReportKind, String) {
    let reports = Reports::take(name);
    let [report] = &reports[..] else { panic!("one report of `{name}`, and not {reports:?}") };
    let site = report.site().expect("it says where the context was entered");
    assert!(site.file().ends_with(file), "{report}");
    (report.kind(), report.message().to_owned())
}
