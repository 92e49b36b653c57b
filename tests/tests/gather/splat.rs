//! C32: `..futures`.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::{Future, IntoFuture, Ready, ready};
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};
use std::time::Duration;

use weftwork::gather;
use weftwork_tests::children::{Board, poll};
use weftwork_tests::{after, timed};

#[tokio::test(start_paused = true)]
async fn c32_outputs_in_the_order_of_the_futures() {
    let futures = vec![after(30, 1), after(10, 2), after(20, 3)];
    assert_eq!(timed(gather!(..futures)).await, (vec![1, 2, 3], Duration::from_millis(30)));
    assert_eq!(timed(gather!(..[after(30, 1), after(10, 2)], limit = 1)).await, (vec![1, 2], Duration::from_millis(40)));
}

#[tokio::test(start_paused = true)]
async fn c32_with_a_mark_the_first_failure_ends_it() {
    let good = [after(30, Ok::<_, &str>(1)), after(10, Ok(2))];
    assert_eq!(gather!(..good?).await, Ok(vec![1, 2]));
    let bad = [after(30, Ok(1)), after(10, Err("late")), after(5, Ok(3))];
    assert_eq!(timed(gather!(..bad?)).await, (Err("late"), Duration::from_millis(10)));
    let kept = [after(30, Ok(1)), after(10, Err("late"))];
    assert_eq!(gather!(..kept).await, [Ok(1), Err("late")]);
}

/// Any `IntoIterator` of any `IntoFuture`, named by any expression.
#[tokio::test]
async fn c32_what_it_takes() {
    struct Request(u8);
    impl IntoFuture for Request {
        type Output = u8;
        type IntoFuture = Ready<u8>;
        fn into_future(self) -> Ready<u8> {
            ready(self.0)
        }
    }
    struct Plan {
        steps: Vec<Request>,
    }
    fn plan() -> Plan {
        Plan { steps: vec![Request(1), Request(2)] }
    }
    assert_eq!(gather!(..plan().steps).await, [1, 2]);
    assert_eq!(gather!(..(0..3).map(Request)).await, [0, 1, 2]);
    assert_eq!(gather!(..(0..3).map(ready), limit = 2).await, [0, 1, 2]);
    assert_eq!(gather!(..Some(Request(1))).await, [1]);
    assert_eq!(gather!(..BTreeMap::from([(2, ready("b")), (1, ready("a"))]).into_values()).await, ["a", "b"]);
    assert_eq!(gather!(..Vec::<Ready<u8>>::new()).await, [0_u8; 0]);
    let boxed: Vec<Pin<Box<dyn Future<Output = u8> + Send>>> = vec![Box::pin(ready(1)), Box::pin(async { 2 })];
    assert_eq!(gather!(..boxed).await, [1, 2]);
    let tasks = [1, 2].map(|n| tokio::spawn(ready(n)));
    assert_eq!(gather!(..tasks?).await.unwrap(), [1, 2]);
}

/// By `&mut` the futures stay the caller's.
#[tokio::test]
async fn c32_by_reference() {
    let mut futures = [Box::pin(after(0, 1)), Box::pin(after(0, 2))];
    assert_eq!(gather!(..&mut futures).await, [1, 2]);
    assert_eq!(gather!(..futures.iter_mut().map(|_| ready(0))).await, [0, 0]);
}

/// What stands behind the dots is evaluated once, where the macro stands; a future is taken when there is room for it.
#[test]
fn c32_evaluated_once_and_pulled_with_room() {
    let (evaluated, pulled, board) = (Cell::new(0), Cell::new(0), Board::new(3));
    let mut gathered = pin!(gather!(
        ..{
            evaluated.set(evaluated.get() + 1);
            (0..3).map(|n| board.child(n)).inspect(|_| pulled.set(pulled.get() + 1))
        },
        limit = 2
    ));
    assert_eq!((evaluated.get(), pulled.get()), (1, 0));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 2);
    board.finish(1);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(pulled.get(), 3);
    board.finish(0);
    board.finish(2);
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(vec![0, 1, 2]));
    assert_eq!(evaluated.get(), 1);
}

/// A `?` inside is Rust's own and acts on the caller; the one at the end is the mark.
#[tokio::test]
async fn c32_question_marks() {
    async fn sum(texts: &[&str]) -> Result<i32, std::num::ParseIntError> {
        let parsed = |text: &&str| text.parse::<i32>().map(ready);
        let numbers = gather!(..(texts.iter().map(parsed).collect::<Result<Vec<_>, _>>()?)).await;
        let again = gather!(..(texts.iter().map(|text| ready(text.parse::<i32>())))?).await?;
        assert_eq!(numbers, again);
        Ok(numbers.iter().sum())
    }
    assert_eq!(sum(&["1", "2"]).await, Ok(3));
    assert!(sum(&["1", "x"]).await.is_err());
}
