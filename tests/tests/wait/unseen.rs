//! W44: who has looked at those that are done.

use std::future::ready;

use weftwork::{ReportKind, Task, Until, Wait, spawn, wait};
use weftwork_tests::{Reports, on_both_runtimes};

fn panicking(name: &'static str) -> Task<u8> {
    let work = async move { if name.is_empty() { 7 } else { panic!("on purpose") } };
    spawn(work).named(name)
}

#[test]
fn w44_one_that_is_dropped_unlooked() {
    Reports::start();
    on_both_runtimes(|| async {
        let task = panicking("w44 dropped");
        let id = task.id();
        let Wait { done, .. } = wait([task], Until::All).await;
        assert_eq!(Reports::take("w44 dropped").len(), 0, "to wait for it is not to look");
        drop(done);
        let reports = Reports::take("w44 dropped");
        let [report] = &reports[..] else { panic!("one report, and not {reports:?}") };
        assert_eq!((report.kind(), report.task()), (ReportKind::TaskPanicked, Some(id)));
        assert_eq!(report.message(), "panicked: on purpose");
    });
}

#[test]
fn w44_one_that_is_awaited() {
    Reports::start();
    on_both_runtimes(|| async {
        let Wait { done, .. } = wait([panicking("w44 awaited"), panicking("w44 awaited")], Until::All).await;
        let mut done = done.into_iter();
        let error = done.next().unwrap().await.unwrap_err();
        assert_eq!((error.name(), error.message().as_deref()), (Some("w44 awaited"), Some("on purpose")));
        assert!(done.next().unwrap().try_result().unwrap().unwrap_err().is_panic());
        assert_eq!(Reports::take("w44 awaited").len(), 0);
    });
}

/// `FirstError` has looked only whether there is a failure.
#[test]
fn w44_to_ask_whether_it_failed_is_not_to_look() {
    Reports::start();
    on_both_runtimes(|| async {
        let panics = async || panic!("on purpose");
        let tasks: [Task<()>; 2] = [spawn(ready(())), spawn(panics()).named("w44 asked")];
        let Wait { done, .. } = wait(tasks, Until::FirstError).await;
        drop(done);
        assert_eq!(Reports::take("w44 asked").len(), 1);
    });
}

#[test]
fn w44_in_a_wait_that_is_thrown_away() {
    Reports::start();
    on_both_runtimes(|| async {
        drop(wait([panicking("w44 whole")], Until::All).await);
        assert_eq!(Reports::take("w44 whole").len(), 1);
        // Dropped before its end, with one in it that had panicked.
        let task = panicking("w44 before");
        while !task.is_finished() {
            tokio::task::yield_now().await;
        }
        drop(wait([task], Until::All));
        assert_eq!(Reports::take("w44 before").len(), 1);
    });
}

/// Who was renamed in `done` is reported by that name.
#[test]
fn w44_named_behind_its_end() {
    Reports::start();
    on_both_runtimes(|| async {
        let Wait { done, .. } = wait([panicking("w44 old")], Until::All).await;
        done.into_iter().for_each(|task| drop(task.named("w44 new")));
        assert_eq!((Reports::take("w44 old").len(), Reports::take("w44 new").len()), (0, 1));
    });
}

/// An error in an output is the caller's to see: the type of a plain task says nothing.
#[test]
fn w44_an_error_is_an_output() {
    Reports::start();
    on_both_runtimes(|| async {
        drop(wait([spawn(async { Err::<(), _>("mine") }).named("w44 error")], Until::FirstError).await);
        assert_eq!(Reports::take("w44 error").len(), 0);
    });
}
