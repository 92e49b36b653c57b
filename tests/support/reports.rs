//! The failures that no caller got, by the name that they carry.

use std::sync::{Mutex, Once, PoisonError};

use weftwork::Report;

static ALL: Mutex<Vec<Report>> = Mutex::new(Vec::new());

/// The reports about one name, from the moment on at which this is made.
///
/// There is one hook for the whole process, and tests run side by side in it: so every test that looks at reports gives its context
/// a name that no other test uses.
#[derive(Debug)]
pub struct Reports {
    name: &'static str,
}

impl Reports {
    /// Those about `name`.
    #[must_use]
    pub fn of(name: &'static str) -> Self {
        Self::start();
        // The same test may run on several runtimes, one after the other.
        all().retain(|report| report.name() != name);
        Self { name }
    }

    /// Takes those about `name` away, also where nobody asked for them before they came; then [`start`](Self::start) was called.
    #[must_use]
    pub fn take(name: &str) -> Vec<Report> {
        all().extract_if(.., |report| report.name() == name).collect()
    }

    /// From now on they are kept.
    pub fn start() {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| weftwork::set_report_hook(|report| all().push(report.clone())));
    }

    /// All of them up to now, in order.
    #[must_use]
    pub fn all(&self) -> Vec<Report> {
        all().iter().filter(|report| report.name() == self.name).cloned().collect()
    }

    /// The only one.
    ///
    /// # Panics
    /// If there is none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn one(&self) -> Report {
        let mut all = self.all();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

fn all() -> std::sync::MutexGuard<'static, Vec<Report>> {
    // A test that panics on purpose may have done so while it reported.
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}
