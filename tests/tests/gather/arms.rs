//! Arms: order, marks, what an arm may be.

use std::future::{Future, IntoFuture, ready};
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::{gather, timeout};
use weftwork_tests::children::{Board, poll};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}

/// Without a runtime and without a wake-up: for futures that are ready at once.
fn now<F: Future>(future: F) -> F::Output {
    match poll(pin!(future), Waker::noop()) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at the first poll"),
    }
}

#[tokio::test(start_paused = true)]
async fn c1_a_tuple_in_written_order_with_the_last_arm() {
    let start = Instant::now();
    assert_eq!(gather!(after(20, 1), after(10, "b"), after(30, 'c')).await, (1, "b", 'c'));
    assert_eq!(start.elapsed(), Duration::from_millis(30));
}

#[test]
fn c2_none_and_one_arm_without_a_runtime() {
    let nothing: () = now(gather!());
    let () = nothing;
    assert_eq!(now(gather!(ready(5))), (5,));
    assert_eq!(now(gather!(ready(Ok::<_, ()>(5))?)), Ok((5,)));
}

#[tokio::test(start_paused = true)]
async fn c3_an_unmarked_err_is_a_value_and_stops_nothing() {
    let (a, b) = gather!(ready(Err::<(), _>("early")), after(10, 7)).await;
    assert_eq!((a, b), (Err("early"), 7));
}

#[tokio::test(start_paused = true)]
async fn c4_the_first_failure_comes_at_once_and_as_it_is() {
    let start = Instant::now();
    let slow = async { Ok::<_, String>(after(1000, 1).await) };
    let failing = async { Err::<u8, _>(after(10, String::from("mine")).await) };
    assert_eq!(gather!(slow?, failing?).await, Err(String::from("mine")));
    assert_eq!(start.elapsed(), Duration::from_millis(10));
}

#[test]
fn c7_only_marked_arms_end_it() {
    let mixed: Result<(u8, Result<u8, &str>), u8> = now(gather!(ready(Ok(1))?, ready(Err("kept"))));
    assert_eq!(mixed, Ok((1, Err("kept"))));
    let failed: Result<(u8, Result<u8, &str>), u8> = now(gather!(ready(Err(9))?, ready(Err("kept"))));
    assert_eq!(failed, Err(9));
}

#[test]
fn c9_an_inner_question_mark_acts_on_the_caller_before_anything_starts() {
    fn caller(board: &Board, x: Result<u8, String>) -> Result<(), String> {
        let started = board.child(0);
        let double = |x: u8| ready(Ok::<_, String>(x * 2));
        let gathered = gather!(async { Ok::<_, String>(started.await) }?, double(x?)?);
        drop(gathered);
        Ok(())
    }
    let board = Board::new(1);
    assert_eq!(caller(&board, Err("before".into())), Err("before".into()));
    assert_eq!((board.all_polls(), board.dropped()), (0, vec![0]));
    assert_eq!(caller(&board, Ok(3)), Ok(()));
}

#[test]
fn c10_in_parentheses_the_question_mark_is_rusts_own() {
    fn open(good: bool) -> Result<impl Future<Output = u8>, &'static str> {
        if good { Ok(ready(4)) } else { Err("shut") }
    }
    fn caller(good: bool) -> Result<(u8, u8), &'static str> {
        let both = gather!((open(good)?), ready(1));
        Ok(now(both))
    }
    assert_eq!((caller(true), caller(false)), (Ok((4, 1)), Err("shut")));
}

#[test]
fn c11_evaluated_once_and_polled_first_in_written_order() {
    let board = Board::new(4);
    let mut evaluated = Vec::new();
    let mut arm = |number| {
        evaluated.push(number);
        board.child(number)
    };
    let mut gathered = pin!(gather!(arm(0), arm(1), arm(2), arm(3)));
    assert_eq!(evaluated, [0, 1, 2, 3]);
    assert_eq!(board.all_polls(), 0);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert_eq!(board.take_polled(), [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn c12_the_gather_is_a_value() {
    fn returned() -> impl Future<Output = (u8, u8)> + Send {
        gather!(after(1, 1), after(2, 2))
    }
    struct Stored<F>(F);
    let stored = Stored(returned());
    assert_eq!(stored.0.await, (1, 2));
    let boxed: Pin<Box<dyn Future<Output = (u8, u8)> + Send>> = Box::pin(returned());
    assert_eq!(boxed.await, (1, 2));
    assert_eq!(gather!(gather!(after(1, 1), after(2, 2)), returned()).await, ((1, 2), (1, 2)));
    assert!(timeout(Duration::from_millis(1), returned()).await.is_err());
    tokio::select! {
        biased;
        _ = gather!(after(50, ()), after(1, ())) => panic!("the other one is faster"),
        pair = returned() => assert_eq!(pair, (1, 2)),
    }
}

#[tokio::test(start_paused = true)]
async fn c13_what_an_arm_may_be() {
    struct Later(u8);
    impl IntoFuture for Later {
        type Output = u8;
        type IntoFuture = std::future::Ready<u8>;
        fn into_future(self) -> Self::IntoFuture {
            ready(self.0)
        }
    }
    let variable = after(1, 'v');
    let mut lent = Box::pin(after(5, 'l'));
    let pinned = pin!(after(2, 'p'));
    let task = tokio::spawn(after(3, 't'));
    let all = gather!(
        after(1, 'c'),
        async { 'b' },
        variable,
        &mut lent,
        pinned,
        Later(8),
        task?,
        if 1 > 2 { ready(1) } else { ready(2) }
    );
    assert_eq!(all.await.unwrap(), ('c', 'b', 'v', 'l', 'p', 8, 't', 2));
}

#[tokio::test(start_paused = true)]
async fn c13_a_lent_future_goes_on_after_the_gather() {
    let board = Board::new(1);
    let mut lent = board.child(0);
    let failed = gather!(async { Ok::<_, ()>((&mut lent).await) }?, ready(Err::<(), _>(()))?).await;
    assert!(failed.is_err());
    assert_eq!(board.dropped(), [0; 0]);
    board.ready(0);
    assert_eq!(lent.await, 0);
}

#[tokio::test(start_paused = true)]
async fn c14_arms_may_borrow() {
    let shared = String::from("shared");
    let mut own = vec![1];
    let (a, b, ()) = gather!(async { after(1, shared.len()).await }, async { shared.as_str() }, async {
        after(2, ()).await;
        own.push(2);
    })
    .await;
    assert_eq!((a, b, own), (6, "shared", vec![1, 2]));
}

#[test]
fn c15_send_follows_from_the_arms() {
    fn send<T: Send>(_: T) {}
    send(gather!(ready(1), async { "x" }));
    send(gather!(ready(Ok::<_, ()>(1))?, async { "x" }));
    let local = std::rc::Rc::new(5);
    assert_eq!(now(gather!(async { *local }, ready(std::rc::Rc::clone(&local)))), (5, std::rc::Rc::clone(&local)));
}

#[test]
fn c20_outputs_that_are_unit_or_never() {
    async fn endless() -> std::convert::Infallible {
        std::future::pending().await
    }
    let ((), ((),)) = now(gather!(async {}, gather!(async {})));
    assert!(poll(pin!(gather!(endless(), ready(1))), Waker::noop()).is_pending());
    assert!(
        poll(
            pin!(gather!(
                async {
                    loop {
                        std::future::pending::<()>().await;
                    }
                },
                ready(1)
            )),
            Waker::noop()
        )
        .is_pending()
    );
}

#[allow(non_upper_case_globals, dead_code, reason = "named like what the expansion names")]
#[test]
fn c21_names_of_the_user_have_no_effect() {
    const COUNT: usize = 5;
    const error: u8 = 1;
    const output_0: u8 = 2;
    static output_1: u8 = 3;
    struct Poll;
    struct Pin;
    trait Future {}
    struct PhantomData;
    #[allow(non_snake_case, reason = "a function of that name hides the variant")]
    fn Ok(_: u8) -> Poll {
        Poll
    }
    let both = now(gather!(ready(COUNT), ready(error + output_0 + output_1)));
    assert_eq!(both, (5, 6));
    assert_eq!(now(gather!(ready(Result::Ok::<_, ()>(COUNT))?, ready(output_1))), Result::Ok((5, 3)));
}

#[test]
fn c54_arms_take_turns_in_going_first() {
    let board = Board::new(3);
    let mut gathered = pin!(gather!(board.child(0), board.child(1), board.child(2)));
    let mut leaders = [0; 3];
    for _ in 0..30 {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        let polled = board.take_polled();
        assert_eq!(polled.len(), 3);
        leaders[polled[0]] += 1;
    }
    assert_eq!(leaders, [10; 3]);
}

#[test]
fn c132_the_result_says_must_use() {
    // The warning itself is recorded under `ui/gather/fail/unused.rs`; here: nothing happens without a poll.
    let board = Board::new(1);
    drop(gather!(board.child(0)));
    assert_eq!((board.all_polls(), board.dropped()), (0, vec![0]));
}

#[test]
fn c134_the_size_is_that_of_the_arms_and_a_little() {
    assert!(size_of_val(&gather!(ready(1_i32), ready(2_i32))) <= 64);
    let big = || async {
        let buffer = [0_u8; 1000];
        tokio::task::yield_now().await;
        buffer.len()
    };
    let arm = size_of_val(&big());
    assert!(size_of_val(&gather!(big(), big(), big(), big())) <= 4 * arm + 64);
}

/// As in a call, what is borrowed lives to the end of the statement.
#[tokio::test]
async fn c13_arms_may_borrow_from_temporaries() {
    async fn size(text: &str) -> Result<usize, String> {
        tokio::task::yield_now().await;
        Ok(text.len())
    }
    let n = 7;
    assert_eq!(gather!(size(&format!("a{n}"))?, size(&format!("b{n}{n}"))?).await, Ok((2, 3)));
    assert_eq!(gather!(size(&format!("a{n}"))?, size(&n.to_string()), errors = all).await.unwrap(), (2, Ok(1)));
    assert_eq!(weftwork::race!(size(&format!("a{n}")), size(&format!("b{n}"))).await, Ok(2));
    assert_eq!(weftwork::race_ok!(size(&format!("a{n}")), size(&format!("b{n}"))).await, Ok(2));
}
