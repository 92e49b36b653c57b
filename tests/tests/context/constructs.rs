//! Every construct that gives something up: the caller's next statement runs behind the last clean-up in that.

use std::future::{Future, pending, ready};
use std::pin::Pin;

use tokio::sync::oneshot;
use weftwork::{as_completed, gather, millis, race, race_ok, timeout, with};
use weftwork_tests::Log;

use super::both::{noted, on_both};

pub(crate) const ROUNDS: usize = 20;

/// The contexts `a` and `b` in it are gone in order, and then comes the next statement.
pub(crate) fn assert_in_order(log: &Log) {
    log.note("next");
    assert_eq!(log.text(), "+a +b b( b) a( a) next");
}

/// Stands in two contexts for ever.
async fn stands<T>(log: Log) -> T {
    with!(_ = noted(&log, "a"), _ = noted(&log, "b"), {
        pending::<()>().await;
    })
    .await;
    unreachable!("it is pending")
}

#[derive(Debug, PartialEq)]
pub(crate) struct Failed;

pub(crate) type Outcome = Result<u8, Failed>;
pub(crate) type Child = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One that stands in two contexts, and one that ends with `outcome` when the first one stands there.
pub(crate) fn children(log: &Log, outcome: Outcome) -> [Child; 2] {
    ending(log, move || outcome)
}

/// The same with an end of any kind.
pub(crate) fn ending(log: &Log, end: impl FnOnce() -> Outcome + Send + 'static) -> [Child; 2] {
    let (entered, is_entered) = oneshot::channel();
    let (a, b) = (noted(log, "a"), noted(log, "b"));
    let stands = async move {
        with!(_ = a, _ = b, async move {
            entered.send(()).ok();
            pending::<()>().await;
        })
        .await;
        unreachable!("it is pending")
    };
    let ends = async move {
        is_entered.await.unwrap();
        end()
    };
    [Box::pin(stands), Box::pin(ends)]
}

#[test]
fn x38_timeout() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        timeout(millis(1), stands::<()>(log.clone())).await.unwrap_err();
        assert_in_order(&log);
    });
}

#[weftwork::timeout(1ms)]
async fn limited(log: &Log) -> Result<(), std::io::Error> {
    stands(log.clone()).await
}

#[test]
fn x38_timeout_on_functions() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        assert_eq!(limited(&log).await.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
        assert_in_order(&log);
    });
}

#[test]
fn x38_c5_gather_arms() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let [stands, fails] = children(&log, Err(Failed));
        assert_eq!(gather!(stands?, fails?).await.unwrap_err(), Failed);
        assert_in_order(&log);
        // So many that they have wakers of their own.
        let log = Log::new();
        let [stands, fails] = children(&log, Err(Failed));
        let others = [(); 4].map(|()| pending::<Outcome>());
        let [one, two, three, four] = others;
        assert_eq!(gather!(one?, stands?, two?, fails?, three?, four?).await.unwrap_err(), Failed);
        assert_in_order(&log);
    });
}

#[test]
fn x38_c5_gather_comprehension() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let children = children(&log, Err(Failed));
        assert_eq!(
            gather!(for child in children {
                child?
            })
            .await
            .unwrap_err(),
            Failed
        );
        assert_in_order(&log);
    });
}

#[test]
fn x38_c5_gather_spawn() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let all = children(&log, Err(Failed));
        assert_eq!(
            gather!(
                for child in all {
                    child?
                },
                spawn
            )
            .await
            .unwrap_err(),
            Failed
        );
        assert_in_order(&log);
        let log = Log::new();
        let [stands, fails] = children(&log, Err(Failed));
        assert_eq!(gather!(stands?, fails?, spawn).await.unwrap_err(), Failed);
        assert_in_order(&log);
    });
}

#[test]
fn x38_c67_race() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let [stands, wins] = children(&log, Ok(5));
        assert_eq!(race!(stands, wins).await, Ok(5));
        assert_in_order(&log);
        let log = Log::new();
        let all = children(&log, Ok(5));
        assert_eq!(
            race!(for child in all {
                child
            })
            .await,
            Some(Ok(5))
        );
        assert_in_order(&log);
    });
}

#[test]
fn x38_c72_race_ok() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let [stands, wins] = children(&log, Ok(5));
        assert_eq!(race_ok!(ready(Err(Failed)), stands, wins).await.unwrap(), 5);
        assert_in_order(&log);
        let log = Log::new();
        let all = children(&log, Ok(5));
        assert_eq!(
            race_ok!(for child in all {
                child
            })
            .await
            .unwrap(),
            5
        );
        assert_in_order(&log);
    });
}

#[test]
fn x38_c72_race_ok_stagger() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let [stands, wins] = children(&log, Ok(5));
        assert_eq!(race_ok!(stands, wins, stagger = 1ms).await.unwrap(), 5);
        assert_in_order(&log);
        let log = Log::new();
        let all = children(&log, Ok(5));
        assert_eq!(
            race_ok!(
                for child in all {
                    child
                },
                stagger = 1ms
            )
            .await
            .unwrap(),
            5
        );
        assert_in_order(&log);
    });
}

#[test]
fn x38_as_completed_try_for_each() {
    on_both(ROUNDS, || async {
        let log = Log::new();
        let all = children(&log, Ok(5));
        let end = as_completed!(for child in all {
            child
        })
        .try_for_each(async |_| Err(Failed))
        .await;
        assert_eq!(end, Err(Failed));
        assert_in_order(&log);
        let log = Log::new();
        let all = children(&log, Ok(5));
        let end = as_completed!(
            for child in all {
                child
            },
            spawn
        )
        .try_for_each(async |_| Err(Failed))
        .await;
        assert_eq!(end, Err(Failed));
        assert_in_order(&log);
    });
}
