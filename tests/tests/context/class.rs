//! Contexts that are types: what is theirs alone. The cases that they share with the other forms are put to all of them.

use std::convert::Infallible;
use std::fmt::Debug;
use std::future::{Future, pending, ready};

use weftwork::{AsyncContext, Exit, ReportKind, drain, secs, with};
use weftwork_tests::{Log, Reports, polls::polls};

use crate::forms::{Broken, Does, Script};

#[tokio::test]
async fn x15_where_enter_fails_or_is_dropped_exit_is_not_called() {
    let log = Log::new();
    let failing = Script::new(&log, "a").enter(Does::Fails("no"));
    assert_eq!(with!(_ = failing, { Ok::<_, Broken>(()) }).await, Err(Broken("no")));
    let dropped = Script::new(&log, "b");
    assert!(polls(1, with!(_ = dropped, { Ok::<_, Broken>(()) })).await.is_none());
    assert!(drain(secs(60)).await.is_empty());
    assert_eq!(log.text(), "+a +b");
}

/// Generic, with methods that are no `async fn`.
struct Lent<T> {
    value: T,
    log: Log,
}

impl<T: Clone + Debug + Send + Sync + 'static> AsyncContext for Lent<T> {
    type Value = T;
    type Error = Infallible;

    fn enter(&mut self) -> impl Future<Output = Result<T, Infallible>> + Send {
        ready(Ok(self.value.clone()))
    }

    fn exit(self, value: T, exit: Exit) -> impl Future<Output = Result<(), Infallible>> + Send {
        self.log.note(format!("{:?}->{value:?}:{exit:?}", self.value));
        ready(Ok(()))
    }
}

#[tokio::test]
async fn x15_a_generic_type_with_methods_that_give_futures() {
    let log = Log::new();
    let lent = Lent { value: 1_u8, log: log.clone() };
    with!(number = lent, { *number += 1 }).await;
    assert_eq!(log.text(), "1->2:Completed");
}

/// Its name is that of no other test's context.
struct Nightly;

impl AsyncContext for Nightly {
    type Value = ();
    type Error = Broken;

    async fn enter(&mut self) -> Result<(), Broken> {
        Ok(())
    }

    async fn exit(self, (): (), _: Exit) -> Result<(), Broken> {
        Err(Broken("at night"))
    }
}

#[tokio::test]
async fn x15_x32_it_is_reported_under_the_name_of_its_type() {
    let reports = Reports::of(std::any::type_name::<Nightly>());
    assert!(polls(1, with!(_ = Nightly, { pending::<Result<(), Broken>>().await })).await.is_none());
    assert!(drain(secs(60)).await.is_empty());
    let report = reports.one();
    assert_eq!(report.kind(), ReportKind::CleanUpFailed);
    assert!(report.message().contains("at night") && report.site().unwrap().file().ends_with("class.rs"), "{report}");
}
