//! `for await` in bodies, and `for_await!` in any async function.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::StreamExt;
use futures_core::Stream;
use weftwork::{Context as Lent, context, for_await, generator, try_generator, with};
use weftwork_tests::Log;

async fn all<S: Stream>(stream: S) -> Vec<S::Item> {
    stream.collect().await
}

fn count(up_to: u32) -> impl Stream<Item = u32> + Send {
    generator!(async move {
        for n in 1..=up_to {
            tokio::task::yield_now().await;
            yield n;
        }
    })
}

/// An empty stream by hand that says when it is dropped, and never moves.
struct Noted<'a>(&'a RefCell<Vec<&'static str>>, std::marker::PhantomPinned);

impl<'a> Noted<'a> {
    fn new(log: &'a RefCell<Vec<&'static str>>) -> Self {
        Self(log, std::marker::PhantomPinned)
    }
}

impl Stream for Noted<'_> {
    type Item = u32;
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        self.0.borrow_mut().push("polled");
        Poll::Ready(None)
    }
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push("dropped");
    }
}

#[tokio::test]
async fn g47_every_kind_of_stream() {
    let items = generator!(async || -> u32 {
        for await n in count(2) {
            yield n;
        }
        let mut lent = futures::stream::iter([10, 11, 12]);
        for await n in &mut lent {
            yield n;
            break;
        }
        for await n in lent.by_ref() {
            yield n;
            break;
        }
        yield lent.next().await.unwrap();
        let mut pinned = pin!(count(3));
        for await n in pinned.as_mut() {
            yield n;
            break;
        }
        for await n in pinned {
            yield n;
        }
        let boxed: Pin<Box<dyn Stream<Item = u32> + Send>> = Box::pin(count(1));
        for await n in boxed {
            yield n + 20;
        }
        for await (index, n) in count(2).enumerate() {
            yield n * 100 + u32::try_from(index).unwrap();
        }
        for await _ in count(2) {
            yield 7;
        }
        for await mut n in count(1) {
            n += 8;
            yield n;
        }
    });
    assert_eq!(all(items).await, [1, 2, 10, 11, 12, 1, 2, 3, 21, 100, 201, 7, 7, 9]);
}

#[tokio::test]
async fn g47_headers_may_hold_blocks_and_temporaries() {
    struct Source(Vec<u32>);
    impl Source {
        fn stream(&self) -> impl Stream<Item = u32> {
            futures::stream::iter(self.0.iter().copied())
        }
    }
    struct Wide {
        by: u32,
    }
    let items = generator!(async || -> u32 {
        for await n in match 1 {
            1 => count(1),
            _ => count(0),
        } {
            yield n
        }
        for await n in if true { count(1) } else { count(0) } {
            yield n + 1
        }
        for await n in { count(1) }.map(|n| n + 2) {
            yield n
        }
        for await n in unsafe_free::<{ 1 + 1 }>() {
            yield n
        }
        for await n in async { count(1) }.await {
            yield n + 4
        }
        for await n in count(1).map(|n| Wide { by: n + 5 }.by) {
            yield n
        }
        for await n in Source(vec![7]).stream() {
            tokio::task::yield_now().await;
            yield n;
        }
        for await n in &mut Box::pin(count(1)) {
            yield n + 7
        }
    });
    fn unsafe_free<const N: u32>() -> impl Stream<Item = u32> {
        futures::stream::iter([N + 2])
    }
    assert_eq!(all(items).await, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn g48_break_and_continue_act_on_the_loop_they_name() {
    let items = generator!(async || -> (u32, u32) {
        'outer: for await a in count(9) {
            if a == 2 {
                continue;
            }
            for await b in count(9) {
                match (a, b) {
                    (1, 3) => break,
                    (3, 2) => continue 'outer,
                    (4, 1) => {
                        for n in 0.. {
                            if n == 2 {
                                continue 'outer;
                            }
                        }
                    }
                    (5, 2) => break 'outer,
                    _ => yield (a, b),
                }
            }
        }
        'plain: for a in 0..3 {
            for await b in count(3) {
                if b == 2 {
                    continue 'plain;
                }
                if a == 2 {
                    break 'plain;
                }
                yield (a, b);
            }
        }
    });
    assert_eq!(all(items).await, [(1, 1), (1, 2), (3, 1), (5, 1), (0, 1), (1, 1)]);
}

#[tokio::test]
async fn g49_in_handlers_joins_and_nested_blocks() {
    let items = generator!(async {
        tokio::select! {
            up_to = async { 2 } => for await n in count(up_to) { yield n },
        }
        tokio::join!(
            async {
                for await n in count(2) {
                    yield n + 10;
                }
            },
            async {
                for await n in count(2) {
                    yield n + 20
                }
            },
        );
        async {
            for await n in count(1) {
                yield n + 30;
            }
        }
        .await;
        println!(
            "{:?}",
            for await n in count(1) {
                yield n + 40
            }
        );
    });
    let items = all(items).await;
    assert_eq!(items[..2], [1, 2]);
    let mut joined = items[2..6].to_vec();
    joined.sort_unstable();
    assert_eq!(joined, [11, 12, 21, 22]);
    assert_eq!(items[6..], [31, 41]);
}

#[tokio::test]
async fn g50_awaits_and_question_marks_in_header_and_body_are_native() {
    type Row = Result<u32, &'static str>;
    async fn query(text: &str) -> Result<impl Stream<Item = Row> + use<>, String> {
        if text.is_empty() { Err("no text".into()) } else { Ok(futures::stream::iter([Ok(1), Err("a bad row"), Ok(3)])) }
    }
    fn rows(text: &str) -> impl Stream<Item = Result<u32, Box<dyn std::error::Error>>> {
        try_generator!(async move {
            for await row in query(text).await? {
                yield row?;
            }
        })
    }
    let text = |items: Vec<Result<u32, Box<dyn std::error::Error>>>| {
        items.into_iter().map(|item| item.map_err(|error| error.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(text(all(rows("")).await), [Err("no text".into())]);
    assert_eq!(text(all(rows("select")).await), [Ok(1), Err("a bad row".into())]);
}

#[tokio::test]
async fn g51_statements_act_on_the_callers_function() {
    async fn find(limit: u32, text: &str) -> Result<&'static str, std::num::ParseIntError> {
        let mut odd = 0;
        for_await!(for n in count(limit) {
            if n % 2 == 0 {
                continue;
            }
            odd += 1;
            if odd == 3 {
                text.parse::<u8>()?;
                return Ok("returned");
            }
            if odd == 2 && text == "break" {
                break;
            }
        });
        Ok("fell through")
    }
    assert_eq!(find(2, "1").await, Ok("fell through"));
    assert_eq!(find(9, "break").await, Ok("fell through"));
    assert_eq!(find(9, "1").await, Ok("returned"));
    assert!(find(9, "x").await.is_err());
}

#[tokio::test]
async fn g51_labels_reach_through() {
    let mut seen = Vec::new();
    'rounds: for round in 0.. {
        for_await!('items: for n in count(9) {
            for_await!(for m in count(9) {
                match m {
                    1 => continue,
                    2 if n == 1 => continue 'items,
                    3 if round == 1 => break 'rounds,
                    4 => continue 'rounds,
                    _ => {}
                }
                seen.push((round, n, m));
            });
        });
    }
    assert_eq!(seen, [(0, 2, 2), (0, 2, 3), (1, 2, 2)]);
}

#[tokio::test]
async fn g52_the_stream_is_gone_before_the_next_statement() {
    let log = RefCell::new(Vec::new());
    let make = || {
        let log = &log;
        generator!(async move {
            struct Open<'a>(&'a RefCell<Vec<&'static str>>);
            impl Drop for Open<'_> {
                fn drop(&mut self) {
                    self.0.borrow_mut().push("closed");
                }
            }
            let _open = Open(log);
            loop {
                yield 1;
            }
        })
    };
    for_await!(for _ in make() {
        break;
    });
    log.borrow_mut().push("after break");
    let fails = async {
        for_await!(for _ in make() {
            Err("left")?;
        });
        Ok::<_, &str>(())
    };
    assert_eq!(fails.await, Err("left"));
    log.borrow_mut().push("after ?");
    'outer: loop {
        for_await!(for _ in make() {
            break 'outer;
        });
    }
    log.borrow_mut().push("after a label");
    assert_eq!(log.take(), ["closed", "after break", "closed", "after ?", "closed", "after a label"]);
}

#[tokio::test]
async fn g53_a_borrowed_stream_goes_on() {
    let mut stream = pin!(count(3));
    for_await!(for n in &mut stream {
        assert_eq!(n, 1);
        break;
    });
    for_await!(for n in stream.as_mut() {
        assert_eq!(n, 2);
        break;
    });
    assert_eq!(stream.next().await, Some(3));
}

#[tokio::test]
async fn g54_a_foreign_stream_is_dropped_on_exit() {
    let log = RefCell::new(Vec::new());
    for_await!(for n in Noted::new(&log) {
        unreachable!("{n}");
    });
    assert_eq!(log.take(), ["polled", "dropped"]);
    let left = async {
        for_await!(for n in Noted::new(&log).chain(futures::stream::iter([2, 3])) {
            return n;
        });
        0
    };
    assert_eq!(left.await, 2);
    assert_eq!(log.take(), ["polled", "dropped"]);
}

fn is_send<T: Send>(value: T) -> T {
    value
}

async fn sum(text: &str) -> u32 {
    let owned = text.to_owned();
    let local = generator!(async {
        for part in owned.split(',') {
            tokio::task::yield_now().await;
            yield part.len();
        }
    });
    let mut sum = 0;
    for_await!(for n in local {
        tokio::task::yield_now().await;
        sum += n;
    });
    u32::try_from(sum).unwrap()
}

/// A stream that borrows, and every way out of a loop.
async fn first_even(words: &[String], most: &mut u32) -> Result<Option<u32>, std::num::ParseIntError> {
    let mut rounds = vec![0, 0];
    'rounds: for round in &mut rounds {
        let numbers = generator!(async {
            for word in words {
                yield word.parse::<u32>();
            }
        });
        for_await!(for number in numbers {
            let number = number?;
            *round += 1;
            for_await!(for one in count(2) {
                if one + number > 100 {
                    break 'rounds;
                }
                u8::try_from(one).map_err(|_| "x".parse::<u8>().unwrap_err())?;
            });
            *most = number.max(*most);
            if number % 2 == 0 {
                return Ok(Some(number));
            }
        });
    }
    Ok(None)
}

#[tokio::test]
async fn g57_ways_out_leave_the_function_send() {
    let task = tokio::spawn(async {
        let mut most = 0;
        let mut results = Vec::new();
        for words in [vec!["1", "4", "x"], vec!["3", "x"], vec!["5", "99", "2"], vec![]] {
            let words: Vec<String> = words.into_iter().map(String::from).collect();
            results.push(first_even(&words, &mut most).await.map_err(drop));
        }
        (results, most)
    });
    assert_eq!(task.await.unwrap(), (vec![Ok(Some(4)), Err(()), Ok(None), Ok(None)], 5));
}

/// Its clean-up, which needs a lock, runs when the loop over it is left.
fn locked(shared: &Arc<Mutex<u32>>, log: &Log) -> impl Stream<Item = u32> + Send + use<> {
    fn context(shared: Arc<Mutex<u32>>, log: Log) -> Lent<()> {
        context!(async move {
            yield ();
            *shared.lock().unwrap() += 100;
            log.note("closed");
        })
    }
    let (shared, log) = (shared.clone(), log.clone());
    generator!(async move {
        with!(_ = context(shared, log), {
            yield 1;
            yield 2;
        })
        .await;
    })
}

/// The body's locals are gone when the stream is closed, and what it gives is evaluated. So it may hold what is not `Send`.
async fn with_a_guard(shared: &Arc<Mutex<u32>>, log: &Log) -> Result<u32, String> {
    for_await!(for n in locked(shared, log) {
        let _dropped = log.on_drop("local");
        let parse = |text: &str| -> Result<u32, std::num::ParseIntError> { Ok(text.parse::<u32>()? + n - n) };
        let mut guard = shared.lock().map_err(|_| String::from("poisoned"))?;
        *guard += n + parse("0").map_err(|error| error.to_string())?;
        std::rc::Rc::new(Some(n)).as_ref().ok_or("none")?;
        if *guard > 2 {
            return Ok({
                log.note("value");
                *guard
            });
        }
    });
    Ok(0)
}

#[tokio::test]
async fn g52_what_the_body_holds_is_gone_before_the_stream_is_closed() {
    let (shared, log) = (Arc::new(Mutex::new(0)), Log::new());
    let (inside, noted) = (shared.clone(), log.clone());
    let found = tokio::spawn(async move { with_a_guard(&inside, &noted).await });
    assert_eq!(found.await.unwrap(), Ok(3));
    assert_eq!(*shared.lock().unwrap(), 103);
    assert_eq!(log.text(), "local value local closed");
}

#[tokio::test]
async fn g51_every_kind_of_value_leaves_a_loop() {
    async fn option(numbers: &[u32]) -> Option<u32> {
        for_await!(for n in count(9) {
            let found = numbers.get(usize::try_from(n).ok()?)?;
            if let 5.. = *found {
                return Some(*found);
            }
        });
        None
    }
    async fn flow(most: u32) -> std::ops::ControlFlow<u32> {
        use std::ops::ControlFlow::{Break, Continue};
        for_await!(for n in count(9) {
            (if n > most { Break(n) } else { Continue(()) })?;
        });
        Continue(())
    }
    async fn boxed(n: u32) -> Result<Box<dyn std::fmt::Debug>, Box<dyn std::error::Error>> {
        for_await!(for each in count(3) {
            match each {
                1 => {}
                2 if n == 2 => return Ok(Box::new(each)),
                _ => return Err(Box::from(format!("{n}"))),
            }
        });
        Ok(Box::new(()))
    }
    assert_eq!(option(&[0, 1, 7]).await, Some(7));
    assert_eq!(option(&[0, 1]).await, None);
    assert_eq!(flow(3).await, std::ops::ControlFlow::Break(4));
    assert_eq!(format!("{:?} {:?}", boxed(2).await.unwrap(), boxed(9).await.unwrap_err().to_string()), "2 \"9\"");
    let found = 'found: {
        for_await!(for n in count(9) {
            for m in 0..n {
                if n * m == 12 {
                    break 'found (n, m);
                }
            }
        });
        (0, 0)
    };
    assert_eq!(found, (4, 3));
}

#[tokio::test]
async fn g57_the_function_around_is_send() {
    assert_eq!(is_send(sum("a,bb")).await, 3);
    assert_eq!(tokio::spawn(sum("a,bb")).await.unwrap(), 3);
}

#[tokio::test]
async fn the_loop_may_be_written_in_other_ways() {
    let seen = Cell::new(0);
    for_await!(for await n in count(2) {
        seen.set(seen.get() + n);
    });
    for_await! { for n in count(2) { seen.set(seen.get() + n) } }
    let () = for_await!(for n in count(2) {
        seen.set(seen.get() + n);
    });
    let through = async {
        for_await!(for n in count(2) {
            seen.set(seen.get() + n);
        })
    };
    through.await;
    assert_eq!(seen.get(), 12);
}
