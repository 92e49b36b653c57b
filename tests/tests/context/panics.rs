//! Panics in each part of a `with!`.

use weftwork::{Context, context, drain, millis, with};
use weftwork_tests::{Log, panic_within};

use crate::forms::{Broken, Does, Script, in_borrowing_forms_too};

in_borrowing_forms_too! {
    async fn x25_a_panic_of_the_body_goes_on_behind_the_clean_up(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let work = with!(name = make(&script), async || -> Result<(), Broken> {
            name.push('!');
            tokio::task::yield_now().await;
            panic!("of {name}")
        });
        assert_eq!(panic_within(work).await, "of a!");
        assert_eq!(log.text(), "+a -a!:Panicked .a");
    }

    async fn x25_it_passes_through_all_of_several_innermost_first(make) {
        let log = Log::new();
        let (a, b) = (Script::new(&log, "a"), Script::new(&log, "b"));
        let work = with!(_ = make(&a), _ = make(&b), async || -> Result<(), Broken> { panic!("deep inside") });
        assert_eq!(panic_within(work).await, "deep inside");
        assert_eq!(log.text(), "+a +b -b:Panicked .b -a:Panicked .a");
    }

    async fn x25_the_locals_of_the_body_are_gone_before_the_clean_up_begins(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let work = with!(_ = make(&script), async || -> Result<(), Broken> {
            let _local = log.on_drop("local");
            panic!("on purpose")
        });
        assert_eq!(panic_within(work).await, "on purpose");
        assert_eq!(log.text(), "+a local -a:Panicked .a");
    }

    async fn x9_a_set_up_that_panics_leaves_the_ones_before_it(make) {
        let log = Log::new();
        let (a, b) = (Script::new(&log, "a"), Script::new(&log, "b").enter(Does::Panics("while it was set up")));
        let work = with!(_ = make(&a), _ = make(&b), {
            log.note("body");
            Ok::<_, Broken>(())
        });
        assert_eq!(panic_within(work).await, "while it was set up");
        assert!(drain(millis(0)).await.is_empty());
        assert_eq!(log.text(), "+a +b -a:Panicked .a");
    }

    async fn x31_the_panic_of_an_inner_clean_up_is_what_the_outer_one_sees(make) {
        let log = Log::new();
        let (a, b) = (Script::new(&log, "a"), Script::new(&log, "b").exit(Does::Panics("in the clean-up")));
        let work = with!(_ = make(&a), _ = make(&b), { Ok::<_, Broken>(()) });
        assert_eq!(panic_within(work).await, "in the clean-up");
        assert_eq!(log.text(), "+a +b -b:Completed -a:Panicked .a");
    }
}

#[tokio::test]
async fn x25_the_payload_of_a_panic_is_that_of_the_body() {
    #[derive(Debug, PartialEq)]
    struct Payload(u8);

    fn plain() -> Context<()> {
        context!(async {
            yield;
        })
    }

    let task = tokio::spawn(async { with!(_ = plain(), async || -> () { std::panic::panic_any(Payload(7)) }).await });
    let payload = task.await.unwrap_err().into_panic();
    assert_eq!(payload.downcast_ref(), Some(&Payload(7)));
}

/// Where it ends well before it has lent.
fn may_skip(lends: bool) -> Context<u8, Broken> {
    context!(async move {
        if !lends {
            return Ok(());
        }
        yield 1;
        Ok(())
    })
}

const MADE_AT: u32 = line!() - 9;

#[tokio::test]
async fn x22_one_that_ends_without_lending_panics_with_its_name_and_its_line() {
    assert_eq!(with!(number = may_skip(true), { Ok::<_, Broken>(*number) }).await, Ok(1));
    let said = panic_within(with!(_ = may_skip(false), { Ok::<_, Broken>(()) })).await;
    assert!(said.contains("may_skip") && said.contains("lend"), "{said}");
    assert!(said.contains(&format!("panics.rs:{MADE_AT}:")), "{said}");

    let said = panic_within(with!(_ = may_skip(false).named("x22"), { Ok::<_, Broken>(()) })).await;
    assert!(said.contains("`x22`"), "{said}");
}

#[tokio::test]
async fn x22_without_the_macro_too() {
    let silent = || -> Context<u8, Broken> {
        context(async |lender| {
            drop(lender);
            Ok(())
        })
    };
    let said = panic_within(with!(_ = silent(), { Ok::<_, Broken>(()) })).await;
    assert!(said.contains("lend") && said.contains("panics.rs:"), "{said}");
}
