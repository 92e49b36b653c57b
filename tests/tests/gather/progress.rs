//! C47, C48: `progress = p`.

use std::cell::RefCell;
use std::future::{Future, pending, ready};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures::{FutureExt, stream};
use indicatif::{ProgressBar, ProgressDrawTarget};
use weftwork::{Finished, Progress, gather};
use weftwork_tests::after;
use weftwork_tests::children::{Board, poll};

/// Writes down what it is told.
#[derive(Clone, Default)]
struct Told(Rc<RefCell<Vec<String>>>);

impl Told {
    /// Since the last time.
    fn take(&self) -> String {
        self.0.take().join(" ")
    }
}

impl Progress for Told {
    fn started(&mut self, total: Option<usize>) {
        self.0.borrow_mut().push(total.map_or("of-many".into(), |total| format!("of-{total}")));
    }

    fn finished(&mut self, child: Finished) {
        self.0.borrow_mut().push(format!("{child:?}"));
    }
}

/// Of the smallest kind, and a copy of itself.
#[derive(Clone, Copy)]
struct Bell<'a>(&'a std::cell::Cell<usize>);

impl Progress for Bell<'_> {
    fn finished(&mut self, _: Finished) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn c47_one_report_a_child_when_it_ends() {
    let (told, board) = (Told::default(), Board::new(3));
    let mut gathered = Box::pin(gather!(
        for n in 0..3 {
            board.child(n)
        },
        progress = told.clone()
    ));
    assert_eq!(told.take(), "", "nothing before the first poll");
    board.ready(1);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(told.take(), "of-3 Good");
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(told.take(), "");
    board.finish(2);
    board.finish(0);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_ready());
    assert_eq!(told.take(), "Good Good");
    drop(gathered);
    assert_eq!(told.take(), "", "none after the gather has returned");
}

#[tokio::test(start_paused = true)]
async fn c47_failures_are_told_apart() {
    async fn load(n: u64) -> Result<u64, u64> {
        after(n, if n == 2 { Err(n) } else { Ok(n) }).await
    }
    let mut told = Told::default();
    let all = gather!(
        for n in 1..4 {
            load(n)?
        },
        errors = all,
        progress = &mut told
    );
    assert!(all.await.is_err());
    assert_eq!(told.take(), "of-3 Good Failed Good");
    let first = gather!(
        for n in 1..4 {
            load(n)?
        },
        progress = &mut told
    );
    assert_eq!(first.await, Err(2));
    assert_eq!(told.take(), "of-3 Good Failed", "nothing of those that it dropped");
    // Without a mark an `Err` is a value.
    let kept = gather!(
        for n in 1..4 {
            load(n)
        },
        progress = &mut told
    );
    assert_eq!(kept.await.len(), 3);
    assert_eq!(told.take(), "of-3 Good Good Good");
}

#[tokio::test]
async fn c47_the_total_where_it_is_known_exactly() {
    let mut told = Told::default();
    gather!(
        for n in (0..3).filter(|n| n % 2 == 0) {
            ready(n)
        },
        progress = &mut told
    )
    .await;
    assert_eq!(told.take(), "of-many Good Good");
    gather!(
        for await n in stream::iter(0..2) {
            ready(n)
        },
        progress = &mut told
    )
    .await;
    assert_eq!(told.take(), "of-2 Good Good");
    gather!(
        for await n in stream::poll_fn(|_| Poll::Ready(None::<u8>)) {
            ready(n)
        },
        progress = &mut told
    )
    .await;
    assert_eq!(told.take(), "of-many");
    gather!(..[ready(1), ready(2)], progress = &mut told).await;
    assert_eq!(told.take(), "of-2 Good Good");
    gather!(
        for n in 0..0 {
            ready(n)
        },
        progress = &mut told
    )
    .await;
    assert_eq!(told.take(), "of-0");
}

#[tokio::test]
async fn c47_a_body_that_fails_is_a_child_that_failed() {
    let mut told = Told::default();
    let all = gather!(
        for word in ["1", "x", "skipped", "2"] {
            if word == "skipped" {
                continue;
            }
            let number = word.parse::<u8>()?;
            ready(Ok::<_, std::num::ParseIntError>(number))?
        },
        errors = all,
        progress = &mut told
    );
    assert!(all.await.is_err());
    assert_eq!(told.take(), "of-4 Good Failed Good");
}

#[tokio::test]
async fn c47_with_tasks() {
    let mut told = Told::default();
    let outcome = gather!(
        for n in 0..3 {
            async move { if n == 2 { Err(n) } else { Ok(n) } }?
        },
        limit = 1,
        spawn,
        progress = &mut told
    );
    assert_eq!(outcome.await, Err(2));
    assert_eq!(told.take(), "of-3 Good Good Failed");
}

#[tokio::test]
async fn c47_what_it_takes() {
    let rings = std::cell::Cell::new(0);
    let bell = Bell(&rings);
    gather!(
        for n in 0..3 {
            ready(n)
        },
        progress = bell
    )
    .await;
    let mut boxed: Box<dyn Progress> = Box::new(bell);
    gather!(
        for n in 0..3 {
            ready(n)
        },
        progress = &mut *boxed
    )
    .await;
    gather!(
        for n in 0..3 {
            ready(n)
        },
        progress = boxed
    )
    .await;
    gather!(
        for n in 0..3 {
            ready(n)
        },
        progress = { Bell(&rings) }
    )
    .await;
    assert_eq!(rings.get(), 12);
}

/// Whoever is told may panic: the children go first.
#[tokio::test]
async fn c47_a_report_that_panics() {
    struct Angry;
    impl Progress for Angry {
        fn finished(&mut self, _: Finished) {
            std::panic::resume_unwind(Box::new("not now"));
        }
    }
    let board = Board::new(2);
    board.ready(1);
    let gathered = gather!(
        for n in 0..2 {
            board.child(n)
        },
        progress = Angry
    );
    let payload = AssertUnwindSafe(gathered).catch_unwind().await.expect_err("it panics");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"not now"));
    assert_eq!(board.dropped().len(), 2);
}

/// It is the gather's, and goes with it.
#[test]
fn c47_dropped_with_the_gather() {
    let told = Told::default();
    let mut gathered = Box::pin(gather!(
        for _ in 0..2 {
            pending::<()>()
        },
        progress = told.clone()
    ));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    drop(gathered);
    assert_eq!((told.take().as_str(), Rc::strong_count(&told.0)), ("of-2", 1));
}

fn hidden() -> ProgressBar {
    ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden())
}

#[tokio::test(start_paused = true)]
async fn c48_a_progress_bar() {
    async fn moved(bar: &ProgressBar, gathered: impl Future) -> (u64, Option<u64>) {
        gathered.await;
        let end = (bar.position(), bar.length());
        bar.reset();
        end
    }
    let bar = hidden();
    // A handle to the same bar, and a reference to it.
    assert_eq!(
        moved(
            &bar,
            gather!(
                for n in 0..3 {
                    after(n, n)
                },
                progress = bar.clone()
            )
        )
        .await,
        (3, Some(3))
    );
    assert_eq!(
        moved(
            &bar,
            gather!(
                for n in 0..4 {
                    after(n, n)
                },
                progress = &bar
            )
        )
        .await,
        (4, Some(4))
    );
    let failing = gather!(
        for n in 0..5 {
            after(n, if n == 2 { Err(n) } else { Ok(n) })?
        },
        progress = &bar
    );
    assert_eq!(moved(&bar, failing).await, (3, Some(5)), "two good ones, and the one that failed");
    let unknown = gather!(
        for n in (0..5).filter(|n| n % 2 == 0) {
            after(n, n)
        },
        progress = &bar
    );
    assert_eq!(moved(&bar, unknown).await, (3, Some(5)), "the length stays as it was");
    assert_eq!(
        moved(
            &bar,
            gather!(
                for n in 0..2 {
                    after(n, n)
                },
                spawn,
                progress = &bar
            )
        )
        .await,
        (2, Some(2))
    );
}
