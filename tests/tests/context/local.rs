//! Contexts that borrow: on a drop of their `with!` there is nothing that they could do.

use std::future::pending;

use tokio::time::sleep;
use weftwork::{Context, LocalContext, context, drain, millis, secs, timeout, with};
use weftwork_tests::{Log, OnDrop, polls::polls};

use crate::forms::{Broken, Script, by_local, by_local_function, by_macro};

fn held(log: &Log) -> LocalContext<'_, OnDrop> {
    context!(async move {
        let _local = log.on_drop("local");
        let (value, exit) = yield log.on_drop("value");
        log.note(format!("-{exit:?}"));
        sleep(secs(1)).await;
        drop(value);
        log.note("through");
    })
}

#[tokio::test(start_paused = true)]
async fn x58_it_cleans_up_where_its_body_ends() {
    let log = Log::new();
    with!(_ = held(&log), { log.note("body") }).await;
    assert_eq!(log.text(), "body -Completed value through local");
}

#[tokio::test(start_paused = true)]
async fn x59_given_up_by_one_of_ours_its_value_is_only_dropped() {
    let log = Log::new();
    assert!(timeout(secs(1), with!(_ = held(&log), { pending::<()>().await })).await.is_err());
    assert!(drain(millis(0)).await.is_empty());
    assert_eq!(log.text(), "local value");
}

#[tokio::test(start_paused = true)]
async fn x59_given_up_in_its_clean_up_what_is_left_of_that_is_dropped() {
    let log = Log::new();
    assert!(timeout(millis(500), with!(_ = held(&log), {})).await.is_err());
    assert!(drain(millis(0)).await.is_empty());
    assert_eq!(log.text(), "-Completed value local");
}

#[tokio::test]
async fn x59_dropped_by_others_its_value_is_only_dropped() {
    let log = Log::new();
    let script = Script::new(&log, "a");
    assert!(polls(2, with!(_ = by_local(&script), { pending::<Result<(), Broken>>().await })).await.is_none());
    assert!(polls(2, with!(_ = by_local_function(&script), { pending::<Result<(), Broken>>().await })).await.is_none());
    assert!(drain(millis(0)).await.is_empty());
    assert_eq!(log.text(), "+a +a");
}

#[tokio::test]
async fn x59_those_around_it_and_in_it_that_do_not_borrow_clean_up() {
    let log = Log::new();
    let (a, b, c) = (Script::new(&log, "a"), Script::new(&log, "b"), Script::new(&log, "c"));
    let work = with!(_ = by_macro(&a), _ = by_local(&b), _ = by_macro(&c), { pending::<Result<(), Broken>>().await });
    assert!(polls(4, work).await.is_none());
    assert!(drain(secs(60)).await.is_empty());
    assert_eq!(log.text(), "+a +b +c -c:Cancelled .c -a:Cancelled .a");
}

/// What it borrows may change while it is entered.
#[tokio::test]
async fn x60_a_context_may_borrow_what_it_changes() {
    fn counted(count: &mut u32) -> LocalContext<'_, ()> {
        context!(async {
            *count += 1;
            yield ();
            *count += 10;
        })
    }
    let mut count = 0;
    with!(_ = counted(&mut count), {}).await;
    assert_eq!(count, 11);
}

#[tokio::test]
async fn x58_a_context_may_borrow_from_the_value_of_one_before_it() {
    fn number() -> Context<u32> {
        context!(async {
            yield 7;
        })
    }
    fn looks(number: &u32) -> LocalContext<'_, u32> {
        context!(async move {
            yield *number + 1;
        })
    }
    fn changes(number: &mut u32) -> LocalContext<'_, u32> {
        context!(async move {
            *number += 1;
            let (seen, _) = yield *number;
            assert_eq!(seen, *number);
        })
    }
    assert_eq!(with!(first = number(), second = looks(first), { *first + *second }).await, 15);
    assert_eq!(with!(first = number(), second = changes(first), { *second }).await, 8);
}
