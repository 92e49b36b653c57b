//! Failures that no caller is there to receive.

use std::fmt;

/// Tells that something failed where no error can be returned: on stderr, one line.
pub(crate) fn report(what: fmt::Arguments<'_>, error: &dyn std::error::Error) {
    let mut text = format!("weftwork: {what}: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    eprintln!("{text}");
}
