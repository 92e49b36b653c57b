//! Comprehensions: order, `limit`, laziness, borrowing.

use std::cell::Cell;
use std::future::{Future, ready};
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use weftwork::gather;
use weftwork_tests::Gauge;
use weftwork_tests::children::{Board, poll};

async fn after<T>(ms: u64, value: T) -> T {
    sleep(Duration::from_millis(ms)).await;
    value
}

#[tokio::test(start_paused = true)]
async fn c22_outputs_in_input_order() {
    let start = Instant::now();
    let waited = gather!(
        for ms in [30, 10, 20, 5] {
            after(ms, ms)
        },
        limit = 3
    )
    .await;
    assert_eq!(waited, [30, 10, 20, 5]);
    assert_eq!(start.elapsed(), Duration::from_millis(30));
    let none = [0_u64; 0];
    let mut empty = pin!(gather!(for ms in none {
        after(ms, ms)
    }));
    assert_eq!(poll(empty.as_mut(), Waker::noop()), Poll::Ready(vec![]));
}

#[tokio::test(start_paused = true)]
async fn c23_the_first_failure_as_it_is() {
    let good = gather!(for ms in [20, 10] {
        async move { Ok::<_, String>(after(ms, ms).await) }?
    })
    .await;
    assert_eq!(good, Ok(vec![20, 10]));
    let start = Instant::now();
    let failed = gather!(for ms in [30, 10, 20] {
        async move { Err::<(), _>(after(ms, format!("at {ms}")).await) }?
    })
    .await;
    assert_eq!((failed, start.elapsed().as_millis()), (Err("at 10".into()), 10));
}

#[tokio::test(start_paused = true)]
async fn c24_without_a_mark_every_result_is_kept() {
    let kept = gather!(for ms in [30, 10, 20, 40] {
        async move { after(ms, if ms < 25 { Err(ms) } else { Ok(ms) }).await }
    })
    .await;
    assert_eq!(kept, [Ok(30), Err(10), Err(20), Ok(40)]);
}

#[test]
fn c25_a_million_inputs_and_sixteen_futures() {
    let gauge = Gauge::new();
    let (pulled, ended) = (Cell::new(0_u32), Cell::new(0_u32));
    let mut most_ahead = 0;
    let inputs = (0..1_000_000_u32).inspect(|_| {
        pulled.set(pulled.get() + 1);
        most_ahead = most_ahead.max(pulled.get() - ended.get());
    });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let outputs = runtime.block_on(gather!(
        for n in inputs {
            let (resident, ended) = (gauge.enter(), &ended);
            async move {
                if n % 7 == 0 {
                    tokio::task::yield_now().await;
                }
                drop(resident);
                ended.set(ended.get() + 1);
                n
            }
        },
        limit = 16
    ));
    assert!(outputs.iter().copied().eq(0..1_000_000));
    assert_eq!((gauge.peak(), most_ahead), (16, 16));
}

#[tokio::test(start_paused = true)]
async fn c26_a_slow_first_item_does_not_stop_the_refilling() {
    let start = Instant::now();
    let slow_first = (0..31_u64).map(|n| (n, if n == 0 { 100 } else { 10 }));
    let outputs = gather!(
        for (n, ms) in slow_first {
            after(ms, n)
        },
        limit = 4
    )
    .await;
    assert_eq!(start.elapsed(), Duration::from_millis(100), "thirty of 10 ms on three places");
    assert!(outputs.into_iter().eq(0..31));
}

#[test]
fn c27_without_limit_the_whole_input_starts_at_the_first_poll() {
    let board = Board::new(1000);
    let mut gathered = pin!(gather!(for n in 0..1000 {
        board.child(n)
    }));
    assert_eq!(board.all_polls(), 0);
    assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
    assert!((0..1000).all(|n| board.polls(n) > 0));
}

#[tokio::test(start_paused = true)]
async fn c28_a_failure_is_seen_behind_a_slow_earlier_item() {
    for size in [2, 30, 31, 1000_u64] {
        let start = Instant::now();
        let last = size - 1;
        let failed = gather!(for n in 0..size {
            async move {
                after(if n == last { 1 } else { 1000 }, ()).await;
                if n == last { Err(n) } else { Ok(()) }
            }?
        })
        .await;
        assert_eq!((failed, start.elapsed().as_millis()), (Err(last), 1));
    }
}

#[tokio::test]
async fn c29_the_body_is_that_of_a_loop() {
    let evaluated = Cell::new(0);
    let outputs = gather!(for (index, word) in ["a", "skipped", "bb", "end", "never"].into_iter().enumerate() {
        evaluated.set(evaluated.get() + 1);
        if word == "skipped" {
            continue;
        }
        if word == "end" {
            break;
        }
        let length = word.len();
        async move { (index, length) }
    })
    .await;
    assert_eq!(outputs, [(0, 1), (2, 2)]);
    assert_eq!(evaluated.get(), 4);
}

#[tokio::test]
async fn c29_the_body_runs_when_the_item_is_pulled() {
    let board = Board::new(3);
    let pulled = Cell::new(0);
    let mut gathered = pin!(gather!(
        for n in 0..3 {
            pulled.set(pulled.get() + 1);
            board.child(n)
        },
        limit = 1
    ));
    assert_eq!(pulled.get(), 0);
    for n in 0..3 {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        assert_eq!(pulled.get(), n + 1);
        board.finish(n);
    }
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(vec![0, 1, 2]));
}

#[tokio::test]
async fn c29_a_question_mark_inside_the_body_is_rusts_own() {
    async fn sum(words: &[&str]) -> Result<u32, std::num::ParseIntError> {
        let numbers = gather!(for word in words {
            let number = word.parse::<u32>()?;
            async move { Ok::<_, std::num::ParseIntError>(number) }?
        })
        .await?;
        Ok(numbers.into_iter().sum())
    }
    assert_eq!(sum(&["1", "2"]).await, Ok(3));
    assert!(sum(&["1", "x"]).await.is_err());
}

#[tokio::test]
async fn c30_limit_takes_any_count() {
    struct Config {
        jobs: usize,
    }
    let config = Config { jobs: 2 };
    let count = NonZeroUsize::new(3).unwrap();
    for (limit, most) in [(config.jobs, 2), (config.jobs + 2, 4)] {
        let gauge = Gauge::new();
        gather!(
            for _ in 0..9 {
                let resident = gauge.enter();
                async move {
                    tokio::task::yield_now().await;
                    drop(resident);
                }
            },
            limit = limit
        )
        .await;
        assert_eq!(gauge.peak(), most);
    }
    let gauge = Gauge::new();
    gather!(
        for _ in 0..9 {
            let resident = gauge.enter();
            async move {
                tokio::task::yield_now().await;
                drop(resident);
            }
        },
        limit = count
    )
    .await;
    assert_eq!(gauge.peak(), 3);
    assert_eq!(
        gather!(
            for n in 0..3 {
                ready(n)
            },
            limit = config.jobs.max(1),
        )
        .await,
        [0, 1, 2]
    );
}

#[test]
fn c35_the_iterator_is_not_pulled_after_its_end_and_dropped_with_the_gather() {
    struct Inputs<'a> {
        left: usize,
        ended: bool,
        dropped: &'a Cell<bool>,
    }
    impl Iterator for Inputs<'_> {
        type Item = usize;
        fn next(&mut self) -> Option<usize> {
            assert!(!self.ended, "pulled after its end");
            self.left = self.left.checked_sub(1).or_else(|| {
                self.ended = true;
                None
            })?;
            Some(self.left)
        }
    }
    impl Drop for Inputs<'_> {
        fn drop(&mut self) {
            self.dropped.set(true);
        }
    }
    let dropped = Cell::new(false);
    let board = Board::new(2);
    let mut gathered = pin!(gather!(for n in (Inputs { left: 2, ended: false, dropped: &dropped }) {
        board.child(n)
    }));
    for n in [1, 0] {
        assert!(poll(gathered.as_mut(), Waker::noop()).is_pending());
        board.finish(n);
    }
    assert!(!dropped.get());
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), Poll::Ready(vec![1, 0]));
    assert!(dropped.get());
}

#[test]
fn c52_what_is_ready_is_polled_once() {
    let board = Board::new(1000);
    (0..1000).for_each(|n| board.ready(n));
    let mut gathered = pin!(gather!(
        for n in 0..1000 {
            board.child(n)
        },
        limit = 7
    ));
    assert!(poll(gathered.as_mut(), Waker::noop()).is_ready());
    assert!((0..1000).all(|n| board.polls(n) == 1));
}

/// A body that is an expression of any kind gives the future.
#[tokio::test]
async fn c22_bodies() {
    fn boxed(n: u8) -> Pin<Box<dyn Future<Output = u8> + Send>> {
        Box::pin(ready(n))
    }
    assert_eq!(
        gather!(for n in 0..3 {
            boxed(n)
        })
        .await,
        [0, 1, 2]
    );
    assert_eq!(
        gather!(for n in 0..3_u8 {
            if n == 1 { boxed(9) } else { boxed(n) }
        })
        .await,
        [0, 9, 2]
    );
    assert_eq!(
        gather!(for _ in 0..3 {
            ready(())
        })
        .await,
        [(); 3]
    );
    assert_eq!(
        gather!(for n in match 2 {
            2 => 0..2,
            _ => 0..9,
        } {
            ready(n)
        })
        .await,
        [0, 1]
    );
    assert_eq!(
        gather!(for n in 0..2 {
            gather!(ready(n), ready(n + 1))
        })
        .await,
        [(0, 1), (1, 2)]
    );
}

/// Room for four comes in one allocation, and never lies on the stack.
#[test]
fn large_futures_need_no_large_stack() {
    let run = || {
        let large = |n: u8| {
            let load = [n; 200 << 10];
            async move { load[usize::from(n)] }
        };
        let mut gathered = gather((0..3).map(large));
        assert_eq!(poll(Pin::new(&mut gathered), Waker::noop()), Poll::Ready(vec![0, 1, 2]));
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}
