//! Futures together: all ready at once, woken one by one, some at a time, racing, and each in a task.

mod gates;

use std::cell::Cell;
use std::future::{Future, poll_fn, ready};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use futures::stream::FuturesUnordered;
use futures::{StreamExt, stream};
use futures_concurrency::future::RaceOk;
use tokio::task::JoinSet;
use weftwork::{as_completed, for_await, gather, race, race_ok};

use self::gates::{Gates, Woken};
use crate::drive::drive;
use crate::measure::Bench;
use crate::report::Unit;

const MANY: u64 = 10_000;

/// Of the peers.
const JOIN_ALL: &str = "futures join_all";
const BUFFERED: &str = "futures_buffered join_all";

pub(crate) fn run(bench: &mut Bench<'_>) {
    ten_ready(bench);
    many_ready(bench);
    ten_pending(bench);
    many_pending(bench);
    many_completed(bench);
    races(bench);
    limited(bench);
    spawned(bench);
}

/// The outputs, gathered over a tuple of ten.
macro_rules! sum_of_ten {
    ($outputs:expr) => {{
        let (a, b, c, d, e, f, g, h, i, j) = $outputs;
        a + b + c + d + e + f + g + h + i + j
    }};
}

fn ten_ready(bench: &mut Bench<'_>) {
    bench
        .case("10 ready arms", 70)
        .ours(|| {
            let n = black_box(7);
            let all = async move {
                gather!(ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n)).await
            };
            sum_of_ten!(drive(all))
        })
        .peer("tokio::join!", || {
            let n = black_box(7);
            let all = async move {
                tokio::join!(ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n), ready(n))
            };
            sum_of_ten!(drive(all))
        })
        .time()
        .allocations();
}

fn many_ready(bench: &mut Bench<'_>) {
    bench
        .case("30 ready futures", (0..30).sum())
        .ours(|| {
            sum(drive(gather!(for i in 0..black_box(30) {
                ready(i)
            })))
        })
        .peer(JOIN_ALL, || sum(drive(futures::future::join_all((0..black_box(30)).map(ready)))))
        .peer(BUFFERED, || sum(drive(futures_buffered::join_all((0..black_box(30)).map(ready)))))
        .time()
        .allocations();
    bench
        .case("10,000 ready futures", (0..MANY).sum())
        .micros()
        .ours(|| {
            sum(drive(async {
                gather!(for i in 0..black_box(MANY) {
                    ready(i)
                })
                .await
            }))
        })
        .peer(JOIN_ALL, || sum(drive(futures::future::join_all((0..black_box(MANY)).map(ready)))))
        .peer(BUFFERED, || sum(drive(futures_buffered::join_all((0..black_box(MANY)).map(ready)))))
        .time()
        .allocations();
}

fn many_pending(bench: &mut Bench<'_>) {
    let gates = Gates::new(MANY);
    bench
        .case("10,000 pending, woken in shuffled order", (0..MANY).sum())
        .micros()
        .ours(|| {
            sum(gates.open_one_by_one(async {
                gather!(for i in 0..black_box(MANY) {
                    gates.wait(i)
                })
                .await
            }))
        })
        .peer(JOIN_ALL, || sum(gates.open_one_by_one(futures::future::join_all((0..black_box(MANY)).map(|i| gates.wait(i))))))
        .peer(BUFFERED, || sum(gates.open_one_by_one(futures_buffered::join_all((0..black_box(MANY)).map(|i| gates.wait(i))))))
        .time()
        .allocations();
}

/// Ten that are woken one after the other, and how often they are polled for it.
fn ten_pending(bench: &mut Bench<'_>) {
    const NAME: &str = "10 pending arms, woken one by one";
    let gates = Gates::new(10);
    let polls = Cell::new(0);
    macro_rules! joined {
        ($wait:expr, |$($arm:ident)*| $join:expr) => {{
            let wait = $wait;
            let mut number = 0..10;
            $(let $arm = wait(number.next().expect("there are ten"));)*
            sum_of_ten!(gates.open_one_by_one(async { $join }))
        }};
    }
    macro_rules! ours {
        ($wait:expr) => { joined!($wait, |a b c d e f g h i j| gather!(a, b, c, d, e, f, g, h, i, j).await) };
    }
    macro_rules! theirs {
        ($wait:expr) => { joined!($wait, |a b c d e f g h i j| tokio::join!(a, b, c, d, e, f, g, h, i, j)) };
    }
    let counted = |number| {
        let mut waiting = gates.wait(number);
        let polls = &polls;
        poll_fn(move |cx| {
            polls.set(polls.get() + 1);
            Pin::new(&mut waiting).poll(cx)
        })
    };
    let sum = ours!(counted);
    let our_polls = polls.take();
    assert_eq!(sum, theirs!(counted));
    bench.figure(NAME, Unit::Polls, our_polls, &[("tokio::join!", polls.take())]);
    bench
        .case(NAME, 45)
        .ours(|| ours!(|number| gates.wait(number)))
        .peer("tokio::join!", || theirs!(|number| gates.wait(number)))
        .time();
}

/// The outputs as they come.
fn many_completed(bench: &mut Bench<'_>) {
    let gates = Gates::new(MANY);
    bench
        .case("10,000 as completed, woken in shuffled order", (0..MANY).sum())
        .micros()
        .ours(|| {
            let mut sum = 0;
            gates.open_one_by_one(async {
                for_await!(for output in as_completed!(for i in 0..black_box(MANY) {
                    gates.wait(i)
                }) {
                    sum += output;
                });
            });
            sum
        })
        .peer("futures FuturesUnordered", || {
            let mut sum = 0;
            gates.open_one_by_one(async {
                let mut all: FuturesUnordered<_> = (0..black_box(MANY)).map(|i| gates.wait(i)).collect();
                while let Some(output) = all.next().await {
                    sum += output;
                }
            });
            sum
        })
        .time()
        .allocations();
}

/// Ten of which the last one wins.
fn races(bench: &mut Bench<'_>) {
    bench
        .case("race of 10 arms, the last is ready", 7)
        .ours(|| {
            let arm = |is_ready| maybe(black_box(is_ready));
            drive(async move { race!(arm(0), arm(0), arm(0), arm(0), arm(0), arm(0), arm(0), arm(0), arm(0), arm(7)).await })
        })
        .peer("tokio::select!", || {
            let arm = |is_ready| maybe(black_box(is_ready));
            drive(async move {
                tokio::select! {
                    a = arm(0) => a, a = arm(0) => a, a = arm(0) => a, a = arm(0) => a, a = arm(0) => a,
                    a = arm(0) => a, a = arm(0) => a, a = arm(0) => a, a = arm(0) => a, a = arm(7) => a,
                }
            })
        })
        .time()
        .allocations();
    let contender = |i| ready(if black_box(i) == 9 { Ok(7) } else { Err(i) });
    bench
        .case("first Ok of 10 arms, the others fail", 7)
        .ours(|| {
            let c = contender;
            drive(race_ok!(c(0), c(1), c(2), c(3), c(4), c(5), c(6), c(7), c(8), c(9))).unwrap_or(0)
        })
        .peer("futures select_ok", || {
            drive(futures::future::select_ok([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(contender))).map_or(0, |(output, _)| output)
        })
        .time()
        .allocations();
    bench
        .case("first Ok of 10 in a Vec, the others fail", 7)
        .ours(|| {
            drive(race_ok!(for i in 0..black_box(10) {
                contender(i)
            }))
            .unwrap_or(0)
        })
        .peer("futures select_ok", || {
            drive(futures::future::select_ok((0..black_box(10)).map(contender))).map_or(0, |(output, _)| output)
        })
        .peer("futures-concurrency", || {
            let all: Vec<_> = (0..black_box(10)).map(contender).collect();
            drive(all.race_ok()).unwrap_or(0)
        })
        .time()
        .allocations();
}

/// Ready, but for zero.
fn maybe(output: u64) -> impl Future<Output = u64> {
    poll_fn(move |_| if output == 0 { Poll::Pending } else { Poll::Ready(output) })
}

/// As many as 64 at once.
fn limited(bench: &mut Bench<'_>) {
    bench
        .case("10,000 that yield once, 64 at a time", (0..MANY).sum())
        .micros()
        .ours(|| {
            sum(drive_on(async {
                gather!(
                    for i in 0..black_box(MANY) {
                        yield_once(i)
                    },
                    limit = 64
                )
                .await
            }))
        })
        .peer("futures buffer_unordered", || {
            drive_on(stream::iter((0..black_box(MANY)).map(yield_once)).buffer_unordered(64).fold(0, |sum, i| ready(sum + i)))
        })
        .peer("futures buffered", || {
            drive_on(stream::iter((0..black_box(MANY)).map(yield_once)).buffered(64).fold(0, |sum, i| ready(sum + i)))
        })
        .time()
        .allocations();
}

/// Each a task of its own.
fn spawned(bench: &mut Bench<'_>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    bench
        .case("10,000 spawned", (0..MANY).sum())
        .micros()
        .ours(|| {
            sum(runtime.block_on(async {
                gather!(
                    for i in 0..black_box(MANY) {
                        yield_once(i)
                    },
                    spawn
                )
                .await
            }))
        })
        .peer("tokio JoinSet", || {
            runtime.block_on(async {
                let mut tasks: JoinSet<u64> = (0..black_box(MANY)).map(yield_once).collect();
                let mut sum = 0;
                while let Some(output) = tasks.join_next().await {
                    sum += output.expect("it does not panic");
                }
                sum
            })
        })
        .time();
}

async fn yield_once(i: u64) -> u64 {
    let mut is_first = true;
    poll_fn(|cx| {
        if std::mem::take(&mut is_first) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(i)
    })
    .await
}

/// Polls a future whenever it has asked for it.
fn drive_on<F: Future>(future: F) -> F::Output {
    let woken = Arc::new(Woken(true.into()));
    let waker = Waker::from(woken.clone());
    let mut future = pin!(future);
    while woken.0.swap(false, Ordering::Acquire) {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
    }
    panic!("it is pending, and nobody was woken")
}

/// Of outputs in order.
fn sum(outputs: Vec<u64>) -> u64 {
    assert!(outputs.is_sorted(), "outputs stand in the order of their inputs");
    outputs.into_iter().sum()
}
