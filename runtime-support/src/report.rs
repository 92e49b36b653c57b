//! Failures that no caller is there to receive.

use std::fmt;

/// Tells that something failed where no error can be returned: on stderr, one line.
pub(crate) fn report(what: fmt::Arguments<'_>, error: &dyn std::error::Error) {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    tell(format_args!("{what}: {text}"));
}

/// The same for what has no error of its own.
pub(crate) fn tell(what: fmt::Arguments<'_>) {
    eprintln!("weftwork: {what}");
}
