//! Comprehensions and splats: who wins, and what is left when nobody does.

use std::cell::Cell;
use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};
use std::time::Duration;

use futures::stream;
use weftwork::{RaceError, generator, race_ok};
use weftwork_tests::children::{Board, Child, Wakes, poll};
use weftwork_tests::{Gauge, Log, after, panic_of, spin, timed};

/// Fails where its number is among `failing`.
async fn judged(child: Child, failing: &[usize]) -> Result<usize, usize> {
    let number = child.await;
    if failing.contains(&number) { Err(number) } else { Ok(number) }
}

type Raced<'a> = Pin<Box<dyn Future<Output = Result<usize, RaceError<usize>>> + 'a>>;

/// The children of a board, all at once in every form, and one after another at once.
fn races<'a>(board: &'a Board, size: usize, failing: &'a [usize]) -> [Raced<'a>; 4] {
    let contenders = move || (0..size).map(move |n| judged(board.child(n), failing));
    [
        Box::pin(async move {
            race_ok!(for n in 0..size {
                judged(board.child(n), failing)
            })
            .await
        }),
        Box::pin(async move {
            race_ok!(for await n in stream::iter(0..size) {
                judged(board.child(n), failing)
            })
            .await
        }),
        Box::pin(race_ok!(..contenders())),
        Box::pin(race_ok!(..contenders(), stagger = 0s)),
    ]
}

#[tokio::test(start_paused = true)]
async fn c72_the_first_ok_wins_whatever_fails_before() {
    let raced = race_ok!(for ms in [20, 5, 30, 10] {
        after(ms, if ms < 20 { Err(ms) } else { Ok(ms) })
    });
    assert_eq!(timed(raced).await, (Ok(20), Duration::from_millis(20)));
}

#[test]
fn c72_the_rest_is_gone_before_the_output_is_seen() {
    for kind in 0..4 {
        for size in [3, 40] {
            let board = Board::new(size);
            let mut races = races(&board, size, &[0]);
            let raced = &mut races[kind];
            for _ in 0..2 {
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            }
            board.finish(0);
            assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            assert_eq!(board.dropped(), [0]);
            board.finish(1);
            assert_eq!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(1)), "kind {kind}");
            assert_eq!(board.dropped(), (0..size).collect::<Vec<_>>(), "kind {kind}");
        }
    }
}

#[test]
fn c72_errors_and_the_input_are_dropped_before_the_output() {
    let (gauge, log, board) = (Gauge::new(), Log::new(), Board::new(1));
    let input = {
        let (end, mut numbers) = (log.on_drop("input"), 0..2);
        std::iter::from_fn(move || {
            let _ = &end;
            numbers.next()
        })
    };
    let mut raced = pin!(race_ok!(for n in input {
        let (child, gauge) = (board.child(0), &gauge);
        async move { if n == 0 { Err(gauge.enter()) } else { Ok(child.await) } }
    }));
    assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
    assert_eq!(gauge.now(), 1);
    board.ready(0);
    board.wake(0);
    assert!(matches!(poll(raced.as_mut(), Waker::noop()), Poll::Ready(Ok(0))));
    assert_eq!((gauge.now(), log.text().as_str()), (0, "input"));
}

#[test]
fn c73_all_fail_in_any_order() {
    for kind in 0..4 {
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let board = Board::new(3);
            let mut races = races(&board, 3, &[0, 1, 2]);
            let raced = &mut races[kind];
            for number in order {
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
                board.finish(number);
            }
            let Poll::Ready(Err(error)) = poll(raced.as_mut(), Waker::noop()) else { panic!("all have failed") };
            assert_eq!(error.first(), Some(&0));
            assert_eq!(error.into_iter().collect::<Vec<_>>(), [(0, 0), (1, 1), (2, 2)], "kind {kind}, {order:?}");
        }
    }
}

#[test]
fn c73_skipped_items_have_no_index() {
    let raced = race_ok!(for n in 0..6 {
        if n % 2 == 0 {
            continue;
        }
        ready(Err::<(), _>(n))
    });
    let Poll::Ready(Err(error)) = poll(pin!(raced), Waker::noop()) else { panic!("all fail") };
    assert_eq!(error.into_iter().collect::<Vec<_>>(), [(0, 1), (1, 3), (2, 5)]);
}

#[test]
fn c77_the_first_in_input_order_wins_the_first_poll() {
    for kind in 0..4 {
        let board = Board::new(5);
        for number in [0, 2, 3] {
            board.ready(number);
        }
        let mut races = races(&board, 5, &[0]);
        assert_eq!(poll(races[kind].as_mut(), Waker::noop()), Poll::Ready(Ok(2)));
        let mut polled = board.take_polled();
        // The first that pends is polled once more, where it stays.
        polled.dedup();
        assert_eq!(polled, [0, 1, 2], "kind {kind}: whoever is behind the winner is not asked");
        // Dropped as they end; then who waits.
        assert_eq!(board.dropped()[..3], [0, 2, 1], "kind {kind}");
    }
}

#[test]
fn c77_nobody_behind_the_winner_is_made() {
    let pulled = Cell::new(0);
    let raced = race_ok!(for n in 0.. {
        pulled.set(pulled.get() + 1);
        ready(if n < 3 { Err(n) } else { Ok(n) })
    });
    assert_eq!(poll(pin!(raced), Waker::noop()), Poll::Ready(Ok(3)));
    assert_eq!(pulled.get(), 4);
}

#[test]
fn c77_in_a_later_poll_exactly_one() {
    for kind in 0..4 {
        let board = Board::new(40);
        let mut races = races(&board, 40, &[]);
        let raced = &mut races[kind];
        let (wakes, waker) = Wakes::new();
        for _ in 0..3 {
            assert!(poll(raced.as_mut(), &waker).is_pending());
        }
        wakes.take();
        for number in [30, 1, 0] {
            board.finish(number);
        }
        assert_eq!(wakes.take(), 1);
        board.take_polled();
        let Poll::Ready(Ok(winner)) = poll(raced.as_mut(), &waker) else { panic!("three are ready") };
        assert_eq!(board.take_polled(), [winner], "kind {kind}");
    }
}

#[tokio::test]
async fn c78_empty() {
    let none: [Result<u8, u8>; 0] = [];
    let errors = [
        race_ok!(for n in none {
            ready(n)
        })
        .await
        .unwrap_err(),
        race_ok!(
            for n in none {
                ready(n)
            },
            stagger = 1s
        )
        .await
        .unwrap_err(),
        race_ok!(for await n in stream::iter(none) {
            ready(n)
        })
        .await
        .unwrap_err(),
        race_ok!(..none.map(ready)).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_empty());
        assert_eq!((error.len(), error.first(), error.to_string().as_str()), (0, None, "there was nothing to race"));
    }
}

#[tokio::test(start_paused = true)]
async fn c70_a_splat_of_references_leaves_the_losers_usable() {
    let contender = |ms: u64| Box::pin(after(ms, if ms == 5 { Err(ms) } else { Ok(ms) }));
    let mut waiting = [contender(30), contender(5), contender(10), contender(20)];
    assert_eq!(race_ok!(..&mut waiting).await, Ok(10));
    let [first, .., last] = waiting;
    assert_eq!(timed(async { (last.await, first.await) }).await, ((Ok(20), Ok(30)), Duration::from_millis(20)));
}

#[tokio::test(start_paused = true)]
async fn c72_contenders_from_a_stream_that_comes_slowly() {
    let servers = generator!(async move {
        for ms in [1000_u64, 5, 20] {
            after(10, ()).await;
            yield ms;
        }
    });
    let raced = race_ok!(for await ms in servers {
        after(ms, if ms == 5 { Err(ms) } else { Ok(ms) })
    });
    assert_eq!(timed(raced).await, (Ok(20), Duration::from_millis(50)));
}

/// As long as the stream has more, nothing is lost.
#[tokio::test(start_paused = true)]
async fn c73_the_end_of_the_stream_is_waited_for() {
    let servers = generator!(async move {
        yield 1_u64;
        after(100, ()).await;
        yield 2;
        after(100, ()).await;
    });
    let raced = race_ok!(for await ms in servers {
        after(ms, Err::<(), _>(ms))
    });
    let (lost, waited) = timed(raced).await;
    assert_eq!(lost.unwrap_err().into_iter().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
    assert_eq!(waited, Duration::from_millis(200));
}

#[test]
fn c69_a_panic_goes_on_when_the_rest_is_gone() {
    let (board, gauge) = (Board::new(4), Gauge::new());
    let mut raced = Box::pin(race_ok!(for n in 0..4 {
        let (child, gauge) = (board.child(n), &gauge);
        async move {
            match n {
                0 => Err(gauge.enter()),
                3 => panic!("own payload"),
                _ => Ok(child.await),
            }
        }
    }));
    let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "own payload");
    assert_eq!((board.dropped(), gauge.now()), (vec![0, 3, 1, 2], 0), "while the race itself still exists");
    let message = panic_of(|| assert!(poll(raced.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(message, "`race_ok!` was polled after it had returned");
}

#[test]
fn c17_an_unfinished_race_drops_its_contenders_once_in_input_order() {
    for kind in 2..4 {
        for polls in 0..4 {
            let board = Board::new(6);
            let children: Vec<_> = (0..6).map(|n| judged(board.child(n), &[])).collect();
            let mut raced: Raced<'_> =
                if kind == 2 { Box::pin(race_ok!(..children)) } else { Box::pin(race_ok!(..children, stagger = 0s)) };
            for _ in 0..polls {
                assert!(poll(raced.as_mut(), Waker::noop()).is_pending());
            }
            drop(raced);
            assert_eq!(board.dropped(), [0, 1, 2, 3, 4, 5], "after {polls} polls");
        }
    }
}

#[test]
fn c18_polled_again_it_panics_by_name() {
    let mut won = pin!(race_ok!(for n in [1] {
        ready(Ok::<_, ()>(n))
    }));
    let mut lost = pin!(race_ok!(for n in [1] {
        ready(Err::<(), _>(n))
    }));
    let mut staggered = pin!(race_ok!(..[ready(Ok::<_, ()>(1))], stagger = 1s));
    assert!(poll(won.as_mut(), Waker::noop()).is_ready());
    assert!(poll(lost.as_mut(), Waker::noop()).is_ready());
    assert!(poll(staggered.as_mut(), Waker::noop()).is_ready());
    for message in [
        panic_of(|| assert!(poll(won.as_mut(), Waker::noop()).is_pending())),
        panic_of(|| assert!(poll(lost.as_mut(), Waker::noop()).is_pending())),
        panic_of(|| assert!(poll(staggered.as_mut(), Waker::noop()).is_pending())),
    ] {
        assert_eq!(message, "`race_ok!` was polled after it had returned");
    }
}

/// Contenders that borrow from what the task owns, with outputs that are not `Sync`.
#[tokio::test]
async fn c33_a_race_in_a_spawned_task() {
    struct Client;
    impl Client {
        async fn get(&self, url: &str) -> Result<Cell<usize>, Cell<u8>> {
            spin().await;
            if url == "x" { Err(Cell::new(0)) } else { Ok(Cell::new(url.len())) }
        }
    }
    let task = tokio::spawn(async {
        let (client, urls) = (Client, vec![String::from("x"), String::from("b")]);
        let each = race_ok!(for url in &urls {
            client.get(url)
        });
        let streamed = race_ok!(for await url in stream::iter(&urls) {
            client.get(url)
        });
        let splat = race_ok!(..urls.iter().map(|url| client.get(url)));
        let staggered = race_ok!(
            for url in &urls {
                let client = &client;
                async move { client.get(url).await }
            },
            stagger = 1ms
        );
        [each.await, streamed.await, splat.await, staggered.await].map(Result::ok)
    });
    assert_eq!(task.await.unwrap(), [const { Some(Cell::new(1)) }; 4]);
}
