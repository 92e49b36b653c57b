//! Arms: who wins, and what an arm may be.

use std::future::{Future, IntoFuture, pending, ready};
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::{gather, race, timeout};
use weftwork_tests::children::{Board, Wakes, poll};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}

/// Without a runtime and without a wake-up: for a race that is over at once.
fn now<F: Future>(future: F) -> F::Output {
    match poll(pin!(future), Waker::noop()) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at the first poll"),
    }
}

#[tokio::test(start_paused = true)]
async fn c65_the_first_output_wins() {
    let start = Instant::now();
    assert_eq!(race!(after(30, 'a'), after(10, 'b'), after(20, 'c')).await, 'b');
    assert_eq!(start.elapsed(), Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn c65_an_err_is_an_output_like_any_other() {
    let failing = async { Err(after(1, "lost the way").await) };
    let slow = async { Ok(after(10, 7).await) };
    assert_eq!(race!(slow, failing).await, Err("lost the way"));
}

#[test]
fn c65_the_type_may_become_known_at_any_arm() {
    assert_eq!(now(race!(ready(1), pending::<u8>())), 1_u8);
    assert_eq!(now(race!(async { Ok(Default::default()) }, ready(Ok::<u8, ()>(1)))), Ok(0));
    let words: Vec<u8> = now(race!(ready(Vec::new()), pending()));
    assert!(words.is_empty());
    let endless = async {
        loop {
            pending::<()>().await;
        }
    };
    assert_eq!(now(race!(ready("some"), endless)), "some");
}

#[test]
fn c65_one_arm_needs_no_runtime() {
    assert_eq!(now(race!(ready(5))), 5);
    now(race!(ready(())));
}

#[test]
fn c66_the_first_in_written_order_wins_the_first_poll() {
    for size in [2, 3] {
        let board = Board::new(3);
        (1..size).for_each(|number| board.ready(number));
        let mut raced = pin!(race!(board.child(0), board.child(1), board.child(2)));
        assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(1));
        assert_eq!(board.take_polled(), [0, 1], "whoever is behind the winner is not asked");
    }
}

#[test]
fn c66_of_several_in_a_later_poll_only_one_is_taken() {
    let board = Board::new(8);
    let child = |n| board.child(n);
    let (wakes, waker) = Wakes::new();
    let mut few = pin!(race!(child(0), child(1), child(2)));
    assert!(poll(few.as_mut(), &waker).is_pending());
    (0..3).for_each(|number| board.finish(number));
    board.take_polled();
    let Poll::Ready(winner) = poll(few.as_mut(), &waker) else { panic!("three are ready") };
    assert_eq!(board.take_polled(), [winner]);

    let board = Board::new(8);
    let child = |n| board.child(n);
    let mut many = pin!(race!(child(0), child(1), child(2), child(3), child(4), child(5), child(6), child(7)));
    for _ in 0..2 {
        assert!(poll(many.as_mut(), &waker).is_pending());
    }
    wakes.take();
    board.finish(6);
    board.finish(2);
    assert_eq!(wakes.take(), 1);
    board.take_polled();
    assert_eq!(poll(many.as_mut(), &waker), Poll::Ready(6));
    assert_eq!(board.take_polled(), [6]);
}

#[tokio::test(start_paused = true)]
async fn c12_the_race_is_a_value() {
    fn returned() -> impl Future<Output = u8> + Send {
        race!(after(3, 1), after(2, 2))
    }
    struct Stored<F>(F);
    let stored = Stored(returned());
    assert_eq!(stored.0.await, 2);
    let boxed: Pin<Box<dyn Future<Output = u8> + Send>> = Box::pin(returned());
    assert_eq!(boxed.await, 2);
    assert_eq!(gather!(race!(after(1, 1), race!(after(2, 2))), returned()).await, (1, 2));
    assert!(timeout(Duration::from_millis(1), returned()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn c13_what_an_arm_may_be() {
    struct Later(u8);
    impl IntoFuture for Later {
        type Output = u8;
        type IntoFuture = std::future::Pending<u8>;
        fn into_future(self) -> Self::IntoFuture {
            assert_eq!(self.0, 8);
            pending()
        }
    }
    let variable = after(6, 6);
    let mut lent = Box::pin(after(5, 5));
    let pinned = pin!(after(4, 4));
    let task = async { tokio::spawn(after(3, 3)).await.unwrap() };
    let first = race!(after(7, 7), variable, &mut lent, pinned, Later(8), task, if 1 > 2 { after(9, 1) } else { after(9, 2) });
    assert_eq!(first.await, 3);
}

#[tokio::test(start_paused = true)]
async fn c14_arms_may_borrow() {
    let shared = String::from("shared");
    let mut own = vec![1];
    let first = race!(async { after(5, shared.len()).await }, async { after(6, shared.as_str()).await.len() }, async {
        after(2, ()).await;
        own.push(2);
        own.len()
    });
    assert_eq!(first.await, 2);
    assert_eq!(own, [1, 2]);
}

#[test]
fn c15_send_follows_from_the_arms() {
    fn send<T: Send>(_: &T) {}
    let raced = race!(ready(1), async { 2 });
    send(&raced);
    assert_eq!(now(raced), 1);
    let local = std::rc::Rc::new(5);
    assert_eq!(now(race!(async { *local }, ready(6))), 5);
}

#[test]
fn c11_evaluated_once_and_polled_first_in_written_order() {
    let board = Board::new(6);
    let mut evaluated = Vec::new();
    let mut arm = |number| {
        evaluated.push(number);
        board.child(number)
    };
    let mut raced = pin!(race!(arm(0), arm(1), arm(2), arm(3), arm(4), arm(5)));
    assert_eq!(evaluated, [0, 1, 2, 3, 4, 5]);
    assert_eq!(board.all_polls(), 0);
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    assert_eq!(board.take_polled(), [0, 1, 2, 3, 4, 5]);
}

#[allow(non_upper_case_globals, dead_code, reason = "named like what the expansion names")]
#[test]
fn c21_names_of_the_user_have_no_effect() {
    const COUNT: usize = 5;
    const output: u8 = 1;
    static racer: u8 = 2;
    struct Poll;
    struct Pin;
    trait Future {}
    struct PhantomData;
    assert_eq!(now(race!(ready(COUNT), ready(usize::from(output + racer)))), 5);
}

#[test]
fn c54_arms_take_turns_in_going_first() {
    let board = Board::new(3);
    let mut raced = pin!(race!(board.child(0), board.child(1), board.child(2)));
    let mut leaders = [0; 3];
    for _ in 0..30 {
        assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
        let polled = board.take_polled();
        assert_eq!(polled.len(), 3);
        leaders[polled[0]] += 1;
    }
    assert_eq!(leaders, [10; 3]);
}

#[test]
fn c132_nothing_happens_without_a_poll() {
    let board = Board::new(1);
    drop(race!(board.child(0)));
    assert_eq!((board.all_polls(), board.dropped()), (0, vec![0]));
}

#[test]
fn c134_the_size_is_that_of_the_arms_and_a_little() {
    assert!(size_of_val(&race!(ready(1_i32), ready(2_i32))) <= 64);
    let big = || async {
        let buffer = [0_u8; 1000];
        tokio::task::yield_now().await;
        buffer.len()
    };
    let arm = size_of_val(&big());
    assert!(size_of_val(&race!(big(), big(), big(), big())) <= 4 * arm + 64);
}
