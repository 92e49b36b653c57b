//! Errors that can not be shown, in tasks that nobody holds.

use std::error::Error;
use std::fmt;

use weftwork::spawn;
use weftwork_tests::{Reports, spin};

/// An error that can not be shown.
#[derive(Debug)]
struct Mute;

impl fmt::Display for Mute {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it can not be shown")
    }
}

impl Error for Mute {}

async fn failing() -> Result<(), Mute> {
    Err(Mute)
}

#[tokio::test]
async fn c84_one_with_an_error_that_can_not_be_shown_is_reported() {
    let reports = Reports::of("c84 mute");
    spawn(failing()).named("c84 mute").detach();
    spin().await;
    assert_eq!(reports.all().len(), 1);
}

/// It is shown where it is detached, and its panic is none of the caller's.
#[tokio::test]
async fn c84_one_that_has_ended_with_it_does_not_panic_in_its_caller() {
    let reports = Reports::of("c84 mute and over");
    let task = spawn(failing()).named("c84 mute and over");
    spin().await;
    task.detach();
    spin().await;
    assert_eq!(reports.all().len(), 1);
}
