//! Set-up, body, clean-up: in which order, with which result.

use std::time::Duration;

use weftwork::{Context, Exit, context, drain, millis, secs, timeout, with};
use weftwork_tests::Log;

/// Notes what it does. Setting up and cleaning up take a moment each.
fn noted(log: &Log, name: &'static str) -> Context<String> {
    let log = log.clone();
    context!(async move {
        log.note(format!("+{name}"));
        let (value, exit) = yield String::from(name);
        tokio::time::sleep(Duration::from_millis(10)).await;
        log.note(format!("-{value}:{exit:?}"));
    })
}

#[tokio::test(start_paused = true)]
async fn x1_the_value_is_lent_and_comes_back_changed() {
    let log = Log::new();
    let length = with!(name = noted(&log, "a"), {
        name.push('!');
        log.note("body");
        name.len()
    })
    .await;
    assert_eq!((length, log.text().as_str()), (2, "+a body -a!:Completed"));
}

#[tokio::test(start_paused = true)]
async fn x3_an_error_of_the_body_is_returned() {
    let log = Log::new();
    let result = with!(_ = noted(&log, "a"), async || -> Result<u8, std::num::ParseIntError> {
        let number: u8 = "x".parse()?;
        Ok(number)
    })
    .await;
    assert!(result.is_err());
    assert_eq!(log.text(), "+a -a:Failed");
}

#[tokio::test(start_paused = true)]
async fn x26_x36_cancelled_by_a_timeout() {
    let log = Log::new();
    let work = with!(outer = noted(&log, "a"), inner = noted(&log, outer_name(outer)), {
        inner.push('!');
        std::future::pending::<()>().await;
    });
    assert!(timeout(secs(1), work).await.is_err());
    log.note("next");
    assert_eq!(log.text(), "+a +b -b!:Cancelled -a:Cancelled next");
    assert!(drain(millis(0)).await.is_empty());
    assert!(!Exit::Cancelled.is_ok());
}

fn outer_name(outer: &str) -> &'static str {
    assert_eq!(outer, "a");
    "b"
}
