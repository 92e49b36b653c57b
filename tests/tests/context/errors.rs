//! Errors and panics that nobody gets: they are reported, with the context's name and the place of its `with!`.

use std::future::pending;

use weftwork::{ReportKind, drain, secs, with};
use weftwork_tests::{Log, Reports, panic_within, polls::polls};

use crate::forms::{Broken, Does, Script, in_named_forms};

in_named_forms! {
    async fn x30_the_error_of_the_body_wins_and_that_of_the_clean_up_is_reported(make) {
        const NAME: &str = concat!("x30 ", module_path!());
        let reports = Reports::of(NAME);
        let log = Log::new();
        let script = Script::new(&log, "a").called(NAME).exit(Does::Fails("late"));
        let line = line!() + 1;
        let result = with!(_ = make(&script), { Err::<(), _>(Broken("first")) }).await;
        assert_eq!(result, Err(Broken("first")));
        assert_eq!(log.text(), "+a -a:Failed");

        let report = reports.one();
        assert_eq!(report.kind(), ReportKind::CleanUpFailed);
        assert!(report.message().contains("late"), "{report}");
        let site = report.site().unwrap();
        assert_eq!((site.file().ends_with("errors.rs"), site.line()), (true, line), "{report}");
    }

    async fn x29_an_error_that_is_returned_is_not_reported(make) {
        const NAME: &str = concat!("x29 ", module_path!());
        let reports = Reports::of(NAME);
        let log = Log::new();
        let script = Script::new(&log, "a").called(NAME).exit(Does::Fails("late"));
        assert_eq!(with!(_ = make(&script), { Ok::<_, Broken>(()) }).await, Err(Broken("late")));
        assert!(reports.all().is_empty());
    }

    async fn x30_each_of_several_that_fail_behind_a_failed_body_is_reported(make) {
        const OUTER: &str = concat!("x30 outer ", module_path!());
        const INNER: &str = concat!("x30 inner ", module_path!());
        let (of_outer, of_inner) = (Reports::of(OUTER), Reports::of(INNER));
        let log = Log::new();
        let outer = Script::new(&log, "a").called(OUTER).exit(Does::Fails("third"));
        let inner = Script::new(&log, "b").called(INNER).exit(Does::Fails("second"));
        let result = with!(_ = make(&outer), _ = make(&inner), { Err::<(), _>(Broken("first")) }).await;
        assert_eq!(result, Err(Broken("first")));
        assert_eq!(log.text(), "+a +b -b:Failed -a:Failed");
        assert!(of_inner.one().message().contains("second"));
        assert!(of_outer.one().message().contains("third"));
    }

    async fn x30_the_error_of_an_inner_clean_up_wins_over_that_of_an_outer_one(make) {
        const OUTER: &str = concat!("x30 late outer ", module_path!());
        const INNER: &str = concat!("x30 late inner ", module_path!());
        let (of_outer, of_inner) = (Reports::of(OUTER), Reports::of(INNER));
        let log = Log::new();
        let outer = Script::new(&log, "a").called(OUTER).exit(Does::Fails("second"));
        let inner = Script::new(&log, "b").called(INNER).exit(Does::Fails("first"));
        let result = with!(_ = make(&outer), _ = make(&inner), { Ok::<_, Broken>(()) }).await;
        assert_eq!(result, Err(Broken("first")));
        assert!(of_inner.all().is_empty());
        assert!(of_outer.one().message().contains("second"));
    }

    async fn x31_the_panic_of_a_clean_up_goes_on_and_the_error_of_the_body_is_reported(make) {
        const NAME: &str = concat!("x31 ", module_path!());
        let reports = Reports::of(NAME);
        let log = Log::new();
        let script = Script::new(&log, "a").called(NAME).exit(Does::Panics("in the clean-up"));
        let work = with!(_ = make(&script), { Err::<(), _>(Broken("first")) });
        assert_eq!(panic_within(work).await, "in the clean-up");
        assert_eq!(log.text(), "+a -a:Failed");
        let report = reports.one();
        assert_eq!(report.kind(), ReportKind::BodyFailed);
        assert!(report.message().contains("Broken"), "{report}");
    }

    async fn x31_the_panic_of_a_clean_up_goes_on_behind_a_good_body(make) {
        const NAME: &str = concat!("x31 good ", module_path!());
        let reports = Reports::of(NAME);
        let log = Log::new();
        let script = Script::new(&log, "a").called(NAME).exit(Does::Panics("in the clean-up"));
        assert_eq!(panic_within(with!(_ = make(&script), { Ok::<_, Broken>(()) })).await, "in the clean-up");
        assert_eq!(log.text(), "+a -a:Completed");
        assert!(reports.all().is_empty(), "{:?}", reports.all());
    }

    async fn x31_the_panic_of_the_body_goes_on_and_what_follows_it_is_reported(make) {
        const PANICS: &str = concat!("x31 panics ", module_path!());
        const FAILS: &str = concat!("x31 fails ", module_path!());
        let (of_panics, of_fails) = (Reports::of(PANICS), Reports::of(FAILS));
        let log = Log::new();
        let panics = Script::new(&log, "a").called(PANICS).exit(Does::Panics("second"));
        let fails = Script::new(&log, "b").called(FAILS).exit(Does::Fails("third"));
        let work = with!(_ = make(&fails), _ = make(&panics), async || -> Result<(), Broken> { panic!("first") });
        assert_eq!(panic_within(work).await, "first");
        assert_eq!(log.text(), "+b +a -a:Panicked -b:Panicked");

        let report = of_panics.one();
        assert_eq!(report.kind(), ReportKind::CleanUpPanicked);
        assert!(report.message().contains("second"), "{report}");
        let report = of_fails.one();
        assert_eq!(report.kind(), ReportKind::CleanUpFailed);
        assert!(report.message().contains("third"), "{report}");
    }

    async fn x32_a_clean_up_that_was_handed_over_and_fails_is_reported(make) {
        const NAME: &str = concat!("x32 fails ", module_path!());
        let reports = Reports::of(NAME);
        let log = Log::new();
        let script = Script::new(&log, "a").called(NAME).exit(Does::Fails("late"));
        let line = line!() + 1;
        let work = with!(_ = make(&script), { pending::<Result<(), Broken>>().await });
        assert!(polls(2, work).await.is_none());
        assert!(drain(secs(60)).await.is_empty());
        assert_eq!(log.text(), "+a -a:Cancelled");

        let report = reports.one();
        assert_eq!(report.kind(), ReportKind::CleanUpFailed);
        assert!(report.message().contains("late"), "{report}");
        let site = report.site().unwrap();
        assert_eq!((site.file().ends_with("errors.rs"), site.line()), (true, line), "{report}");
    }

    async fn x32_a_clean_up_that_was_handed_over_and_panics_is_reported(make) {
        const NAME: &str = concat!("x32 panics ", module_path!());
        let reports = Reports::of(NAME);
        let log = Log::new();
        let script = Script::new(&log, "a").called(NAME).exit(Does::Panics("at night"));
        let line = line!() + 1;
        let work = with!(_ = make(&script), { pending::<Result<(), Broken>>().await });
        assert!(polls(2, work).await.is_none());
        assert!(drain(secs(60)).await.is_empty());
        assert_eq!(log.text(), "+a -a:Cancelled");

        let report = reports.one();
        assert_eq!(report.kind(), ReportKind::CleanUpPanicked);
        assert!(report.message().contains("at night"), "{report}");
        assert_eq!(report.site().unwrap().line(), line, "{report}");
    }
}
