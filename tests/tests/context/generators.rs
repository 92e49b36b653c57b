//! Contexts in the bodies of generators.

use weftwork::{Context, context, for_await, generator, try_generator, with};
use weftwork_tests::Log;

fn noted(log: &Log) -> Context<u8> {
    let log = log.clone();
    context!(async move {
        let (value, exit) = yield 1;
        tokio::task::yield_now().await;
        log.note(format!("{value}:{exit:?}"));
    })
}

#[tokio::test]
async fn x24_a_yield_in_the_body_belongs_to_the_generator_around_it() {
    let log = Log::new();
    let items = generator!(async {
        yield 0;
        with!(value = noted(&log), {
            yield *value;
            *value += 1;
            yield *value;
        })
        .await;
        yield 3;
    });
    let mut seen = Vec::new();
    for_await!(for item in items {
        seen.push(item);
    });
    assert_eq!(seen, [0, 1, 2, 3]);
    assert_eq!(log.text(), "2:Completed");
}

#[tokio::test]
async fn x24_in_a_fallible_one_a_question_mark_is_the_bodys_own() {
    let log = Log::new();
    let items = try_generator!(async || -> Result<u8, std::num::ParseIntError> {
        let failed = with!(value = noted(&log), async || -> Result<(), std::num::ParseIntError> {
            yield *value;
            "x".parse::<u8>()?;
            Ok(())
        });
        log.note(if failed.await.is_err() { "failed" } else { "fine" });
        yield 2;
        "y".parse::<u8>()?;
    });
    let mut seen = Vec::new();
    for_await!(for item in items {
        seen.push(item.ok());
    });
    assert_eq!(seen, [Some(1), Some(2), None]);
    assert_eq!(log.text(), "1:Failed failed");
}
