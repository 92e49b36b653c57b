//! X17: `with!` and `context!` without macros.

use std::future::pending;

use tokio::sync::Notify;
use weftwork::{drain, race, secs, with};
use weftwork_tests::{Log, Reports, panic_within, polls::polls};

use crate::forms::{Broken, Does, Script, in_borrowing_forms_too, in_every_form, in_named_forms};

in_borrowing_forms_too! {
    async fn x17_x1_the_value_is_lent_and_comes_back_changed(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let mut seen = 0;
        let result = with(make(&script), async |name| {
            name.push('!');
            seen = name.len();
            log.note("body");
            Ok::<_, Broken>(seen)
        });
        assert_eq!(result.await, Ok(2));
        assert_eq!(seen, 2);
        assert_eq!(log.text(), "+a body -a!:Completed .a");
    }

    async fn x17_x3_x4_x29_errors_come_out(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let failed = with(make(&script), async |_| Err::<(), _>(Broken("body"))).await;
        assert_eq!(failed, Err(Broken("body")));
        assert_eq!(log.text(), "+a -a:Failed .a");

        let script = Script::new(&log, "b").enter(Does::Fails("set-up"));
        assert_eq!(with(make(&script), async |_| Ok::<_, Broken>(())).await, Err(Broken("set-up")));

        let script = Script::new(&log, "c").exit(Does::Fails("clean-up"));
        assert_eq!(with(make(&script), async |_| Ok::<_, Broken>(())).await, Err(Broken("clean-up")));
    }

    async fn x17_x8_nested_ones_are_left_innermost_first(make) {
        let log = Log::new();
        let (a, b) = (Script::new(&log, "a"), Script::new(&log, "b"));
        let result = with(make(&a), async |first| {
            with(make(&b), async |second| {
                first.push_str(second);
                Ok::<_, Broken>(())
            })
            .await
        });
        assert_eq!(result.await, Ok(()));
        assert_eq!(log.text(), "+a +b -b:Completed .b -ab:Completed .a");
    }

    async fn x17_x25_a_panic_goes_on_behind_the_clean_up(make) {
        let log = Log::new();
        let script = Script::new(&log, "a");
        let work = with(make(&script), async |_| -> Result<(), Broken> { panic!("of the body") });
        assert_eq!(panic_within(work).await, "of the body");
        assert_eq!(log.text(), "+a -a:Panicked .a");
    }
}

mod cancelled {
    use super::*;

    in_every_form! {
        async fn x17_x26_cancelled_by_a_construct_the_clean_up_ends_before_the_next_statement(make) {
            let log = Log::new();
            let script = Script::new(&log, "a");
            let is_in_body = Notify::new();
            let work = with(make(&script), async |name| {
                name.push('!');
                is_in_body.notify_one();
                pending::<Result<u8, Broken>>().await
            });
            let result = race!(work, async {
                is_in_body.notified().await;
                Ok(1)
            });
            assert_eq!(result.await, Ok(1));
            log.note("next");
            assert_eq!(log.text(), "+a -a!:Cancelled .a next");
        }
    }
}

mod reported {
    use super::*;

    in_named_forms! {
        async fn x17_x32_a_report_names_the_place_of_the_call(make) {
            const NAME: &str = concat!("x17 ", module_path!());
            let reports = Reports::of(NAME);
            let log = Log::new();
            let script = Script::new(&log, "a").called(NAME).exit(Does::Fails("late"));
            let line = line!() + 1;
            let work = with(make(&script), async |_| pending::<Result<(), Broken>>().await);
            assert!(polls(2, work).await.is_none());
            assert!(drain(secs(60)).await.is_empty());
            let report = reports.one();
            let site = report.site().unwrap();
            assert_eq!((site.file().ends_with("with_function.rs"), site.line()), (true, line), "{report}");
        }
    }
}
