//! Panics as values.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// The payload of the panic in `run`, if it was a text.
///
/// # Panics
/// If `run` does not.
#[track_caller]
pub fn panic_of(run: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast::<&str>().map_or_else(|_| String::from("no text"), |text| (*text).to_owned()),
    }
}
