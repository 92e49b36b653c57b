//! Who is polled when, and that no wake-up is lost.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use weftwork::gather;
use weftwork_tests::children::{Board, Wakes, poll};

/// Numbers below `size` in an order that has nothing to do with theirs.
fn shuffled(size: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..size).collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for index in (1..size).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        numbers.swap(index, usize::try_from(state >> 33).unwrap() % (index + 1));
    }
    numbers
}

#[test]
fn c51_at_most_three_polls_a_child() {
    for size in [1, 2, 10, 30, 1000, 10_000] {
        for order in [(0..size).collect(), (0..size).rev().collect(), shuffled(size)] {
            let board = Board::new(size);
            let (wakes, waker) = Wakes::new();
            let mut gathered = pin!(gather!(for n in 0..size {
                board.child(n)
            }));
            for number in order {
                assert!(poll(gathered.as_mut(), &waker).is_pending());
                assert_eq!(wakes.take(), 0, "nobody was woken");
                board.finish(number);
                assert_eq!(wakes.take(), 1);
            }
            assert_eq!(poll(gathered.as_mut(), &waker), Poll::Ready((0..size).collect()));
            assert!(board.all_polls() <= 3 * size, "{} polls of {size} children", board.all_polls());
        }
    }
}

#[test]
fn c51_arms_are_polled_when_they_are_woken() {
    let board = Board::new(10);
    let (wakes, waker) = Wakes::new();
    let child = |n| board.child(n);
    let mut gathered =
        pin!(gather!(child(0), child(1), child(2), child(3), child(4), child(5), child(6), child(7), child(8), child(9)));
    for number in shuffled(10) {
        assert!(poll(gathered.as_mut(), &waker).is_pending());
        assert_eq!(wakes.take(), 0, "nobody was woken");
        board.finish(number);
        assert_eq!(wakes.take(), 1);
    }
    assert_eq!(poll(gathered.as_mut(), &waker), Poll::Ready((0, 1, 2, 3, 4, 5, 6, 7, 8, 9)));
    assert!(board.all_polls() <= 30, "{} polls", board.all_polls());
}

#[test]
fn c53_a_fresh_set_wakes_nobody() {
    for size in [1, 2, 31, 1000] {
        let board = Board::new(size);
        let (wakes, waker) = Wakes::new();
        let mut gathered = pin!(gather!(
            for n in 0..size {
                board.child(n)
            },
            limit = size
        ));
        assert!(poll(gathered.as_mut(), &waker).is_pending());
        assert_eq!(wakes.take(), 0);
        let polls = board.all_polls();
        assert!(poll(gathered.as_mut(), &waker).is_pending());
        assert_eq!((wakes.take(), board.all_polls()), (0, polls), "a poll that nobody asked for polls no child");
    }
}

#[test]
fn only_woken_children_are_polled() {
    let board = Board::new(100);
    let (wakes, waker) = Wakes::new();
    let mut gathered = pin!(gather!(for n in 0..100 {
        board.child(n)
    }));
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    board.take_polled();
    for number in [40, 7, 40, 99, 7] {
        board.wake(number);
    }
    assert_eq!(wakes.take(), 1, "the owner is told once");
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    assert_eq!(board.take_polled(), [40, 7, 99], "each once, in the order of their wakes");
    board.wake(7);
    assert_eq!(wakes.take(), 1, "and told again after it has heard");
}

/// Two are woken before the owner comes back; the first makes room, and the second must not be forgotten over it.
#[test]
fn a_wake_is_not_lost_when_another_child_makes_room() {
    let board = Board::new(3);
    let (wakes, waker) = Wakes::new();
    let mut gathered = pin!(gather!(
        for n in 0..3 {
            board.child(n)
        },
        limit = 2
    ));
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    board.finish(0);
    board.finish(1);
    assert_eq!(wakes.take(), 1);
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    assert!(wakes.take() > 0 || board.dropped() == [0, 1], "the second has ended, or the owner comes back for it");
    while wakes.take() > 0 {
        assert!(poll(gathered.as_mut(), &waker).is_pending());
    }
    assert_eq!(board.dropped(), [0, 1]);
    board.finish(2);
    assert_eq!(poll(gathered.as_mut(), &waker), Poll::Ready(vec![0, 1, 2]));
}

/// Every order of wakes for a few children, limits and wakes between polls: whoever was woken is polled.
#[test]
fn no_wake_is_lost_in_any_order() {
    for seed in 0..200_usize {
        let (size, limit) = (2 + seed % 9, 1 + seed % 4);
        let board = Board::new(size);
        let (wakes, waker) = Wakes::new();
        let mut gathered = pin!(gather!(
            for n in 0..size {
                board.child(n)
            },
            limit = limit
        ));
        let mut polled = poll(gathered.as_mut(), &waker);
        let mut pending = shuffled(size + seed % 5);
        pending.retain(|number| *number < size);
        while polled.is_pending() {
            // As many as the seed says, of those that run.
            let running: Vec<usize> = pending.iter().copied().filter(|number| board.polls(*number) > 0).collect();
            for number in running.into_iter().take(1 + seed % 3) {
                board.finish(number);
                pending.retain(|other| *other != number);
            }
            assert!(wakes.take() > 0, "seed {seed}: {pending:?} are left, and the owner hears of nobody");
            polled = poll(gathered.as_mut(), &waker);
            while polled.is_pending() && wakes.take() > 0 {
                polled = poll(gathered.as_mut(), &waker);
            }
        }
        assert_eq!(polled, Poll::Ready((0..size).collect()));
    }
}

#[test]
fn a_new_owner_is_told_of_every_child() {
    let board = Board::new(4);
    let (first, first_waker) = Wakes::new();
    let (second, second_waker) = Wakes::new();
    let mut gathered = Box::pin(gather!(
        for n in 0..4 {
            board.child(n)
        },
        limit = 3
    ));
    assert!(poll(gathered.as_mut(), &first_waker).is_pending());
    // The old owner was told; the new one finds that wake although it was not told itself.
    board.finish(1);
    assert!(poll(gathered.as_mut(), &second_waker).is_pending());
    assert_eq!(board.dropped(), [1]);
    first.take();
    for number in [0, 3, 2] {
        // 0 and 2 were started under the first owner's waker, 3 under the second's.
        board.finish(number);
        assert_eq!((first.take(), second.take()), (0, 1), "child {number}");
        let polled = poll(gathered.as_mut(), &second_waker);
        assert_eq!(polled.is_ready(), number == 2);
    }
}

/// The first child sees the owner's own waker; it too must reach the next owner.
#[test]
fn a_lone_child_is_told_to_a_new_owner() {
    let board = Board::new(1);
    let (first, first_waker) = Wakes::new();
    let (second, second_waker) = Wakes::new();
    let mut gathered = pin!(gather!(for n in 0..1 {
        board.child(n)
    }));
    assert!(poll(gathered.as_mut(), &first_waker).is_pending());
    assert!(poll(gathered.as_mut(), &second_waker).is_pending());
    board.finish(0);
    assert_eq!((first.take(), second.take()), (0, 1));
    assert_eq!(poll(gathered.as_mut(), &second_waker), Poll::Ready(vec![0]));
}

#[test]
fn late_wakes_of_finished_children_are_harmless() {
    let board = Board::new(6);
    let (wakes, waker) = Wakes::new();
    let mut gathered = Box::pin(gather!(
        for n in 0..6 {
            board.child(n)
        },
        limit = 2
    ));
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    board.finish(0);
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    for _ in 0..100 {
        board.wake(0);
    }
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    // The place of 0 belongs to 2 now, which is still told of its own wake.
    wakes.take();
    board.finish(2);
    assert_eq!(wakes.take(), 1);
    for number in [1, 3, 4, 5] {
        assert!(poll(gathered.as_mut(), &waker).is_pending());
        board.finish(number);
    }
    assert_eq!(poll(gathered.as_mut(), &waker), Poll::Ready((0..6).collect()));
    drop(gathered);
    wakes.take();
    (0..6).for_each(|number| board.wake(number));
    assert_eq!(wakes.take(), 0, "the gather is gone, its owner has other things to do");
}

#[test]
fn the_owners_waker_is_let_go_with_the_gather() {
    let board = Board::new(3);
    let (wakes, waker) = Wakes::new();
    let mut gathered = Box::pin(gather!(for n in 0..3 {
        board.child(n)
    }));
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    drop((gathered, waker));
    assert_eq!(Arc::strong_count(&wakes), 1, "children's wakers that outlive it do not keep its task");
}

/// Pending for so many polls, and woken by itself each time.
fn restless(times: usize, polls: &AtomicUsize) -> impl Future<Output = ()> + '_ {
    let mut left = times;
    poll_fn(move |cx| {
        polls.fetch_add(1, Ordering::SeqCst);
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

#[test]
fn a_child_that_wakes_itself_waits_for_the_next_poll() {
    let polls = AtomicUsize::new(0);
    let board = Board::new(1);
    let (wakes, waker) = Wakes::new();
    let children: [Pin<Box<dyn Future<Output = ()>>>; 2] =
        [Box::pin(async { assert_eq!(board.child(0).await, 0) }), Box::pin(restless(usize::MAX, &polls))];
    let mut gathered = pin!(gather!(for child in children {
        child
    }));
    for round in 1..10 {
        let before = polls.load(Ordering::SeqCst);
        assert!(poll(gathered.as_mut(), &waker).is_pending());
        assert!(polls.load(Ordering::SeqCst) <= before + 2, "round {round} came to an end");
        assert!(wakes.take() > 0);
    }
    // The other one has its turn too.
    board.finish(0);
    let before = board.polls(0);
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    assert_eq!(board.polls(0), before + 1);
}

/// A child that wakes itself in the poll that ends it, a hundred thousand times over one place.
#[test]
fn children_that_wake_themselves_and_end_leave_nothing_behind() {
    let board = Board::new(1);
    let (wakes, waker) = Wakes::new();
    let ends = AtomicUsize::new(0);
    let mut gathered = pin!(gather!(
        for n in 0..100_000 {
            let child: Pin<Box<dyn Future<Output = ()>>> = if n == 0 {
                Box::pin(async { assert_eq!(board.child(0).await, 0) })
            } else {
                Box::pin(poll_fn(|cx: &mut Context<'_>| {
                    cx.waker().wake_by_ref();
                    ends.fetch_add(1, Ordering::SeqCst);
                    Poll::Ready(())
                }))
            };
            child
        },
        limit = 2
    ));
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    assert_eq!(ends.load(Ordering::SeqCst), 99_999);
    wakes.take();
    board.finish(0);
    assert!(poll(gathered.as_mut(), &waker).is_ready());
}

struct Angry(AtomicBool);

impl Wake for Angry {
    fn wake(self: Arc<Self>) {
        assert!(!self.0.load(Ordering::SeqCst), "not now");
    }
}

#[test]
fn a_panic_in_the_owners_waker_leaves_the_set_whole() {
    let board = Board::new(3);
    let angry = Arc::new(Angry(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&angry));
    let mut gathered = pin!(gather!(for n in 0..3 {
        board.child(n)
    }));
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    let woken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| board.finish(1)));
    assert!(woken.is_err(), "whoever woke the child gets the panic");
    angry.0.store(false, Ordering::SeqCst);
    assert!(poll(gathered.as_mut(), &waker).is_pending());
    assert_eq!(board.dropped(), [1]);
    board.finish(0);
    board.finish(2);
    assert_eq!(poll(gathered.as_mut(), &waker), Poll::Ready(vec![0, 1, 2]));
}

/// A task that is polled where it is woken, with a waker that only counts, and dropped when it is done.
struct Inline {
    task: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    wakes: Waker,
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        let mut task = self.task.lock().unwrap();
        if task.as_mut().is_some_and(|task| poll(task.as_mut(), &self.wakes).is_ready()) {
            *task = None;
        }
    }
}

/// The owner's waker is being told while another one takes its place, and while the set is dropped.
#[test]
fn an_owner_may_be_polled_and_dropped_where_it_is_woken() {
    let children = Arc::new([const { Mutex::new(None::<Waker>) }; 3]);
    let done = Arc::new([const { AtomicBool::new(false) }; 3]);
    let child = {
        let (children, done) = (Arc::clone(&children), Arc::clone(&done));
        move |number: usize| {
            let (children, done) = (Arc::clone(&children), Arc::clone(&done));
            poll_fn(move |cx| {
                *children[number].lock().unwrap() = Some(cx.waker().clone());
                if done[number].load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
            })
        }
    };
    let mut task: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
        gather!(for number in 0..3 {
            child(number)
        })
        .await;
    });
    let (wakes, wakes_waker) = Wakes::new();
    let inline = Arc::new(Inline { task: Mutex::new(None), wakes: wakes_waker });
    let inline_waker = Waker::from(Arc::clone(&inline));
    assert!(poll(task.as_mut(), &inline_waker).is_pending());
    *inline.task.lock().unwrap() = Some(task);
    let finish = |number: usize| {
        done[number].store(true, Ordering::SeqCst);
        let child = children[number].lock().unwrap().clone();
        child.unwrap().wake_by_ref();
    };
    // Polled by the wake, with a waker that can not take the place of the one that is being told: it is told to come back.
    finish(0);
    assert_eq!(wakes.take(), 1);
    // The old one is told as long as nobody comes back, and polls with the new one once more.
    finish(1);
    assert_eq!(wakes.take(), 1);
    // The last wake ends the task, and drops it.
    finish(2);
    assert!(inline.task.lock().unwrap().is_none(), "it has ended");
    drop(inline_waker);
    assert_eq!(Arc::strong_count(&inline), 1, "children's wakers that outlive it do not keep its task");
    (0..3).for_each(finish);
}
