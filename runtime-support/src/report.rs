//! Failures that no caller is there to receive.

mod collector;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

pub(crate) use self::collector::Collector;
use self::collector::collected;
use crate::task::TaskId;

/// Something that failed where no error could be returned: what [`set_report_hook`] gets.
#[derive(Clone, Debug)]
pub struct Report {
    kind: ReportKind,
    name: Cow<'static, str>,
    site: Option<&'static Location<'static>>,
    task: Option<TaskId>,
    message: Cow<'static, str>,
}

/// What a [`Report`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportKind {
    /// A clean-up gave an error that nobody gets: its body had failed before, or its caller was gone.
    CleanUpFailed,
    /// A clean-up panicked, and its panic could not go on.
    CleanUpPanicked,
    /// A clean-up can not run, as there is no runtime for it any more.
    CleanUpLost,
    /// A clean-up takes longer than those wait who wait for it. It goes on.
    CleanUpOverdue,
    /// The error of a body that is hidden by the panic of its clean-up.
    BodyFailed,
    /// A child that ran as a task failed, and nobody looked at its error.
    ChildFailed,
    /// A child that ran as a task panicked, and nobody looked at that.
    ChildPanicked,
    /// A task gave an error, and nobody is there to look at it: it was detached, runs in the background, or its group ignores failures.
    TaskFailed,
    /// A task panicked, and nobody looked at that.
    TaskPanicked,
    /// A task that was cancelled takes longer to stop than those wait who wait for it.
    TaskOverdue,
    /// A transaction could not be ended as it should have been.
    TransactionFailed,
}

impl Report {
    pub(crate) fn new(kind: ReportKind, name: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, name: name.into(), site: None, task: None, message: message.into() }
    }

    pub(crate) fn at(self, site: &'static Location<'static>) -> Self {
        Self { site: Some(site), ..self }
    }

    pub(crate) fn of_task(self, task: TaskId) -> Self {
        Self { task: Some(task), ..self }
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> ReportKind {
        self.kind
    }

    /// The name of what failed: of a context, a function, a macro, a task.
    ///
    /// A task without a name has that of its future's type, which for an `async fn` is the function's path.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where that was entered or started, if it is known.
    #[must_use]
    pub fn site(&self) -> Option<&'static Location<'static>> {
        self.site
    }

    /// The task that it is about, if it is about one. Two tasks of one name differ in it.
    #[must_use]
    pub fn task(&self) -> Option<TaskId> {
        self.task
    }

    /// What happened, with the error in it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ReportKind::CleanUpFailed | ReportKind::CleanUpPanicked | ReportKind::CleanUpLost | ReportKind::CleanUpOverdue => {
                "the clean-up of "
            }
            ReportKind::BodyFailed => "the body with ",
            ReportKind::ChildFailed | ReportKind::ChildPanicked => "a child of ",
            ReportKind::TaskFailed | ReportKind::TaskPanicked | ReportKind::TaskOverdue => "the task ",
            ReportKind::TransactionFailed => "the transaction of ",
        };
        write!(f, "{what}`{}`", self.name)?;
        if let Some(task) = self.task {
            write!(f, " {task}")?;
        }
        if let Some(site) = self.site {
            write!(f, " ({site})")?;
        }
        write!(f, " {}", self.message)
    }
}

type Hook = Arc<dyn Fn(&Report) + Send + Sync>;

static HOOK: RwLock<Option<Hook>> = RwLock::new(None);

/// Sets what is called with every failure that no caller is there to receive. The default prints a line to stderr; with the feature
/// `tracing`, and where a subscriber has been set, it is an event of level `ERROR` of the target `weftwork` instead.
///
/// Each is reported once, on the thread where it came up, which may be in a destructor: the hook should be quick and must not wait.
/// If it panics, the report goes where it would go by default.
///
/// ```
/// weftwork::set_report_hook(|report| eprintln!("{:?}: {report}", report.kind()));
/// weftwork::take_report_hook(); // back to the default
/// ```
pub fn set_report_hook(hook: impl Fn(&Report) + Send + Sync + 'static) {
    replace(Some(Arc::new(hook)));
}

/// Goes back to the default: an event or a line on stderr for each report.
pub fn take_report_hook() {
    replace(None);
}

fn replace(hook: Option<Hook>) {
    let old = std::mem::replace(&mut *HOOK.write().unwrap_or_else(PoisonError::into_inner), hook);
    // Behind the lock: its destructor is the user's.
    drop(old);
}

/// Tells the hook, which is not held back meanwhile: it may be replaced, and it may report.
pub(crate) fn report(report: &Report) {
    if !collected(report) {
        tell(report);
    }
}

/// The same whoever collects.
pub(crate) fn tell(report: &Report) {
    let hook = HOOK.read().unwrap_or_else(PoisonError::into_inner).clone();
    let told = hook.is_some_and(|hook| catch_unwind(AssertUnwindSafe(|| hook(report))).is_ok());
    if !told {
        by_default(report);
    }
}

fn by_default(report: &Report) {
    #[cfg(feature = "tracing")]
    if tracing::dispatcher::has_been_set() {
        let site = report.site.map(tracing::field::display);
        let task = report.task.map(tracing::field::display);
        tracing::error!(target: "weftwork", kind = ?report.kind, name = report.name(), task, site, "{report}");
        return;
    }
    // There is nobody left to tell that this can not be written.
    let _ = writeln!(io::stderr(), "weftwork: {report}");
}

/// An error with what caused it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    shown(|| {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        text
    })
}

/// A text of the user's. One that can not be shown must not take the place of what is going on.
pub(crate) fn shown(text: impl FnOnce() -> String) -> String {
    catch_unwind(AssertUnwindSafe(text)).unwrap_or_else(|_| String::from("an error whose `Display` panicked"))
}

/// An error that nobody gets. One that can not be shown must not take the place of what is going on.
pub(crate) fn text_of<E: fmt::Debug>(error: &E) -> String {
    catch_unwind(AssertUnwindSafe(|| format!("{error:?}")))
        .unwrap_or_else(|_| format!("a `{}`, whose `Debug` panicked", std::any::type_name::<E>()))
}

/// What a panic says.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
