//! Futures together: all ready at once, woken one by one, some at a time, and each in a task.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn, ready};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::{StreamExt, stream};
use tokio::task::JoinSet;
use weftwork::gather;

use crate::drive::drive;
use crate::measure::Bench;

const MANY: u64 = 10_000;

/// Of the peers.
const JOIN_ALL: &str = "futures join_all";
const BUFFERED: &str = "futures_buffered join_all";

pub(crate) fn run(bench: &mut Bench<'_>) {
    ten_ready(bench);
    many_ready(bench);
    many_pending(bench);
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

/// Gates that open one after the other, each with a future that waits for it.
struct Gates {
    gates: Vec<Gate>,
    /// The order in which they open: always the same, and far from that of the futures.
    order: Vec<usize>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct Gate {
    is_open: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

/// Whether the driver has been asked to poll again.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

impl Gates {
    fn new(count: u64) -> Self {
        let gates: Vec<Gate> = (0..count).map(|_| Gate::default()).collect();
        let order = shuffled(gates.len());
        Self { gates, order, woken: Arc::default() }
    }

    fn wait(&self, number: u64) -> Waiting<'_> {
        Waiting { gate: &self.gates[number as usize], number }
    }

    /// Polls `future` as an executor would, when it has asked for it, and opens a gate whenever it stands still.
    fn open_one_by_one<F: Future>(&self, future: F) -> F::Output {
        for gate in &self.gates {
            gate.is_open.set(false);
        }
        let waker = Waker::from(self.woken.clone());
        let mut cx = Context::from_waker(&waker);
        let mut future = pin!(future);
        self.woken.wake_by_ref();
        for index in &self.order {
            while self.woken.0.swap(false, Ordering::Acquire) {
                assert!(future.as_mut().poll(&mut cx).is_pending(), "ready while a gate is closed");
            }
            self.gates[*index].open();
        }
        while self.woken.0.swap(false, Ordering::Acquire) {
            if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
                return output;
            }
        }
        panic!("all gates are open, and nobody was woken")
    }
}

impl Gate {
    fn open(&self) {
        self.is_open.set(true);
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }
}

struct Waiting<'g> {
    gate: &'g Gate,
    number: u64,
}

impl Future for Waiting<'_> {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        if self.gate.is_open.get() {
            return Poll::Ready(self.number);
        }
        self.gate.waiting.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}

/// The numbers below `count`, each at a place chosen by a small generator of random numbers (Fisher and Yates's shuffle).
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for last in (1..count).rev() {
        // xorshift64.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_loses_nothing_and_leaves_little_in_place() {
        let order = shuffled(1000);
        assert!(order.iter().enumerate().filter(|(place, number)| place == *number).count() < 10);
        let mut sorted = order;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1000));
    }

    #[test]
    fn the_driver_polls_only_when_woken() {
        let gates = Gates::new(3);
        let polls = Cell::new(0);
        let mut all = pin!(futures::future::join_all((0..3).map(|number| gates.wait(number))));
        let counted = std::future::poll_fn(|cx| {
            polls.set(polls.get() + 1);
            all.as_mut().poll(cx)
        });
        assert_eq!(gates.open_one_by_one(counted), [0, 1, 2]);
        assert_eq!(polls.get(), 4);
    }
}
