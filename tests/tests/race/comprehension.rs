//! Comprehensions and splats: who wins, and what is dropped when.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::stream;
use tokio::time::Instant;
use weftwork::{generator, race};
use weftwork_tests::children::{Board, Wakes, poll};
use weftwork_tests::{Gauge, Log, after, panic_of, spin, timed};

type Boxed<'a> = Pin<Box<dyn Future<Output = usize> + 'a>>;

#[tokio::test(start_paused = true)]
async fn c65_c68_the_first_output_or_none() {
    let words = ["slow".to_owned(), "quick".into()];
    let first = race!(for word in &words {
        after(10 * (6 - word.len() as u64), word)
    });
    assert_eq!(timed(first).await, (Some(&words[1]), Duration::from_millis(10)));
    let nothing: [u64; 0] = [];
    let none = race!(for ms in nothing {
        after(ms, ms)
    });
    assert_eq!(none.await, None);
    let failed = race!(for ms in [20, 10] {
        after(ms, if ms == 10 { Err(ms) } else { Ok(ms) })
    });
    assert_eq!(failed.await, Some(Err(10)), "an `Err` is an output as well");
}

/// At the first poll, and without a runtime.
#[test]
fn c68_nothing_to_race() {
    let none: [Poll<Option<usize>>; 4] = [
        poll(
            pin!(race!(for n in 0..3 {
                if n < 3 {
                    continue;
                }
                ready(n)
            })),
            Waker::noop(),
        ),
        poll(
            pin!(race!(for n in 0.. {
                if n == 0 {
                    break;
                }
                ready(n)
            })),
            Waker::noop(),
        ),
        poll(
            pin!(race!(for await n in stream::empty() {
                ready(n)
            })),
            Waker::noop(),
        ),
        poll(pin!(race!(..Vec::<Boxed<'_>>::new())), Waker::noop()),
    ];
    assert_eq!(none, [const { Poll::Ready(None) }; 4]);
}

#[test]
fn c66_the_first_in_input_order_wins_the_first_poll() {
    for ready in [&[1, 2][..], &[2, 1, 3], &[0, 3], &[3]] {
        let (board, pulled) = (Board::new(5), Cell::new(0));
        for number in ready {
            board.ready(*number);
        }
        let winner = *ready.iter().min().unwrap();
        let mut raced = pin!(race!(for n in 0..5 {
            pulled.set(pulled.get() + 1);
            board.child(n)
        }));
        assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Some(winner)));
        assert_eq!(pulled.get(), winner + 1, "whoever is behind the winner is not even made");
        let mut polled = board.take_polled();
        // The first that pends is polled once more, where it stays.
        polled.dedup();
        assert_eq!(polled, (0..=winner).collect::<Vec<_>>());
    }
}

#[test]
fn c66_of_several_in_a_later_poll_one_is_asked() {
    for size in [2, 5, 100] {
        let board = Board::new(size);
        let mut raced = pin!(race!(for n in 0..size {
            board.child(n)
        }));
        let (wakes, waker) = Wakes::new();
        for _ in 0..2 {
            assert!(poll(raced.as_mut(), &waker).is_pending());
        }
        wakes.take();
        board.finish(size - 1);
        board.finish(0);
        assert_eq!(wakes.take(), 1, "the owner is woken once");
        board.take_polled();
        let Poll::Ready(Some(winner)) = poll(raced.as_mut(), &waker) else { panic!("two are ready") };
        assert_eq!(board.take_polled(), [winner]);
    }
}

#[test]
fn c67_the_losers_are_gone_in_order_before_the_output_is_seen() {
    for winner in 0..4 {
        for polls in 0..3 {
            let board = Board::new(4);
            let mut raced = pin!(race!(for n in 0..4 {
                board.child(n)
            }));
            for _ in 0..polls {
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            }
            if polls > 0 {
                board.finish(winner);
            } else {
                board.ready(winner);
            }
            assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Some(winner)));
            let losers: Vec<usize> = board.dropped().into_iter().filter(|n| *n != winner).collect();
            let started = if polls > 0 { 4 } else { winner };
            let expected: Vec<usize> = (0..started).filter(|n| *n != winner).collect();
            assert_eq!(losers, expected, "{winner} wins after {polls} polls, and the race itself still exists");
            assert!(board.dropped().contains(&winner));
        }
    }
}

#[test]
fn c67_the_input_is_gone_as_well_and_the_output_is_not() {
    let (log, gauge) = (Log::new(), Gauge::new());
    let mut items = vec![log.on_drop("first"), log.on_drop("second"), log.on_drop("third")].into_iter();
    let input = {
        let end = log.on_drop("input");
        std::iter::from_fn(move || {
            let _ = &end;
            items.next()
        })
    };
    let mut raced = pin!(race!(for item in input {
        let gauge = &gauge;
        async move {
            drop(item);
            gauge.enter()
        }
    }));
    let Poll::Ready(Some(output)) = poll(raced.as_mut(), Waker::noop()) else { panic!("it is ready") };
    // The first item is a part of its racer, the others of the input.
    assert_eq!((log.text().as_str(), gauge.now(), gauge.total()), ("first input second third", 1, 1));
    drop(output);
}

#[test]
fn c69_a_panic_in_a_racer_goes_on_when_the_rest_is_gone() {
    let board = Board::new(4);
    let mut raced = Box::pin(race!(for n in 0..4 {
        let child = board.child(n);
        async move {
            assert!(n != 2, "own payload");
            child.await
        }
    }));
    let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
    assert_eq!((message.as_str(), board.dropped()), ("own payload", vec![2, 0, 1]), "while the race itself still exists");
    let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "`race!` was polled after it had returned");
}

#[test]
fn c69_a_woken_racer_that_panics_with_any_payload() {
    let board = Board::new(40);
    let mut raced = Box::pin(race!(for n in 0..40 {
        let child = board.child(n);
        async move {
            std::panic::panic_any(child.await);
        }
    }));
    for _ in 0..2 {
        assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    }
    board.finish(17);
    let payload = catch_unwind(AssertUnwindSafe(|| poll(raced.as_mut(), Waker::noop()).is_ready())).expect_err("it panics");
    assert_eq!(payload.downcast_ref::<usize>(), Some(&17));
    let losers: Vec<usize> = board.dropped().into_iter().filter(|n| *n != 17).collect();
    assert_eq!(losers, (0..40).filter(|n| *n != 17).collect::<Vec<_>>());
}

#[test]
fn c69_a_panic_in_the_body_or_the_input() {
    for in_the_body in [true, false] {
        let board = Board::new(3);
        let input = (0..3).inspect(|n| assert!(in_the_body || *n != 2, "no more"));
        let mut raced = Box::pin(race!(for n in input {
            assert!(n != 2, "no more");
            board.child(n)
        }));
        let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
        assert_eq!((message.as_str(), board.dropped()), ("no more", vec![0, 1]));
    }
}

#[tokio::test(start_paused = true)]
async fn c70_a_splat_of_references_leaves_the_losers_usable() {
    let mut waiting = [Box::pin(after(30, 30)), Box::pin(after(10, 10)), Box::pin(after(20, 20))];
    assert_eq!(race!(..&mut waiting).await, Some(10));
    let start = Instant::now();
    let [first, _, third] = waiting;
    assert_eq!((third.await, first.await, start.elapsed().as_millis()), (20, 30, 20));
}

#[test]
fn c70_losers_of_a_comprehension_over_references() {
    let board = Board::new(100);
    let mut children: Vec<_> = (0..100).map(|n| (n, board.child(n))).collect();
    for winner in [3, 99, 0] {
        {
            let mut raced = pin!(race!(for (_, child) in &mut children {
                child
            }));
            assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            board.finish(winner);
            assert_eq!(poll(raced, Waker::noop()), Poll::Ready(Some(winner)));
        }
        children.retain(|(number, _)| *number != winner);
    }
    assert_eq!(board.dropped(), [3, 99, 0]);
}

#[tokio::test(start_paused = true)]
async fn c70_the_values_of_a_splat_are_anything_that_becomes_a_future() {
    let futures = || (0..65_u64).map(|n| after(100 - n, n));
    assert_eq!(timed(race!(..futures())).await, (Some(64), Duration::from_millis(36)));
    assert_eq!(race!(..futures().map(|future| -> Boxed<'_> { Box::pin(async { future.await as usize }) })).await, Some(64));
    let mut handles: Vec<_> = (0..3).map(|n| tokio::spawn(after(10 + n, n))).collect();
    assert!(matches!(race!(..&mut handles).await, Some(Ok(0))));
    assert_eq!(handles.pop().unwrap().await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn c66_a_stream_that_pends_holds_no_racer_up_and_no_racer_the_stream() {
    let late = || {
        generator!(async move {
            yield 1000;
            after(10, ()).await;
            yield 20;
            after(1000, ()).await;
            yield 0;
        })
    };
    let raced = race!(for await ms in late() {
        after(ms, ms)
    });
    assert_eq!(timed(raced).await, (Some(20), Duration::from_millis(30)), "started at 10 ms");
    let never = stream::once(ready(7));
    let never = futures::StreamExt::chain(never, stream::pending());
    let raced = race!(for await ms in never {
        after(ms, ms)
    });
    assert_eq!(timed(raced).await, (Some(7), Duration::from_millis(7)));
}

#[test]
fn c66_c67_over_a_stream() {
    let (board, log) = (Board::new(3), Log::new());
    board.ready(1);
    let input = {
        let (end, mut numbers) = (log.on_drop("input"), 0..3);
        stream::poll_fn(move |_| {
            let _ = &end;
            Poll::Ready(numbers.next())
        })
    };
    let mut raced = pin!(race!(for await n in input {
        log.note(n.to_string());
        board.child(n)
    }));
    assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Some(1)));
    assert_eq!((log.text().as_str(), board.dropped()), ("0 1 input", vec![1, 0]));
}

#[test]
fn c11_nothing_runs_before_the_first_poll_but_the_header() {
    let log = Log::new();
    let raced = race!(for n in {
        log.note("header");
        [1, 2]
    } {
        log.note("body");
        ready(n)
    });
    assert_eq!(log.text(), "header");
    assert_eq!(poll(pin!(raced), Waker::noop()), Poll::Ready(Some(1)));
    assert_eq!(log.text(), "header body", "and no more of the body than has to");
}

#[test]
fn c17_an_unfinished_race_drops_its_racers_once_in_input_order() {
    for (polls, size) in [(0, 3), (1, 3), (2, 3), (1, 70), (3, 70)] {
        let board = Board::new(size);
        let children: Vec<_> = (0..size).map(|n| board.child(n)).collect();
        let mut raced = Box::pin(race!(..children));
        for _ in 0..polls {
            assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
        }
        drop(raced);
        assert_eq!(board.dropped(), (0..size).collect::<Vec<_>>(), "{size} after {polls} polls");
    }
}

#[test]
fn c18_polled_again_it_panics_by_name() {
    let mut won = pin!(race!(for n in 0..2 {
        ready(n)
    }));
    let mut none = pin!(race!(..Vec::<Boxed<'_>>::new()));
    assert!(poll(won.as_mut(), Waker::noop()).is_ready());
    assert!(poll(none.as_mut(), Waker::noop()).is_ready());
    for message in [
        panic_of(|| assert!(poll(won.as_mut(), Waker::noop()).is_pending())),
        panic_of(|| assert!(poll(none.as_mut(), Waker::noop()).is_pending())),
    ] {
        assert_eq!(message, "`race!` was polled after it had returned");
    }
}

#[test]
fn c51_woken_racers_alone_are_polled() {
    let board = Board::new(100);
    let (wakes, waker) = Wakes::new();
    let mut raced = pin!(race!(for n in 0..100 {
        board.child(n)
    }));
    for _ in 0..2 {
        assert!(poll(raced.as_mut(), &waker).is_pending());
    }
    board.take_polled();
    wakes.take();
    for number in [70, 3, 99, 3] {
        board.wake(number);
        assert_eq!(wakes.take(), 1);
        assert!(poll(raced.as_mut(), &waker).is_pending());
        assert_eq!(board.take_polled(), [number]);
    }
}

/// Racers that borrow from what the task owns, with outputs that are not `Sync`.
#[tokio::test]
async fn c33_a_race_in_a_spawned_task() {
    struct Client;
    impl Client {
        async fn get(&self, url: &str) -> Cell<usize> {
            spin().await;
            Cell::new(url.len())
        }
    }
    let task = tokio::spawn(async {
        let (client, urls) = (Client, vec![String::from("a"), String::from("b")]);
        let each = race!(for url in &urls {
            client.get(url)
        });
        let streamed = race!(for await url in stream::iter(&urls) {
            client.get(url)
        });
        let splat = race!(..urls.iter().map(|url| client.get(url)));
        let moved = race!(for url in urls.iter() {
            let client = &client;
            async move { client.get(url).await }
        });
        [each.await, streamed.await, splat.await, moved.await]
    });
    assert_eq!(task.await.unwrap(), [const { Some(Cell::new(1)) }; 4]);
}

/// What is captured decides, and nothing else.
#[tokio::test]
async fn c15_racers_that_stay_on_their_thread() {
    let local = std::rc::Rc::new(RefCell::new(Vec::new()));
    let raced = race!(for n in [1, 2] {
        let local = local.clone();
        async move {
            local.borrow_mut().push(n);
            if n == 1 { pending().await } else { n }
        }
    });
    assert_eq!(raced.await, Some(2));
    assert_eq!(*local.borrow(), [1, 2]);
}

/// A racer that wakes itself while it is polled is not forgotten.
#[test]
fn a_wake_from_within_the_first_poll_is_kept() {
    let board = Board::new(9);
    let (wakes, waker) = Wakes::new();
    let mut raced = pin!(race!(for n in 0..9 {
        let (child, mut is_second) = (board.child(n), false);
        async move {
            if n == 5 {
                poll_fn(|cx| {
                    cx.waker().wake_by_ref();
                    if std::mem::replace(&mut is_second, true) { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                return n;
            }
            child.await
        }
    }));
    assert!(poll(raced.as_mut(), &waker).is_pending());
    assert!(wakes.take() > 0);
    assert_eq!(poll(raced.as_mut(), &waker), Poll::Ready(Some(5)));
}
