//! Contexts beside tasks: what `with!` takes on its way through and when it is cancelled, and what `timeout` takes since it waits
//! for clean-ups.
//!
//! No crate has clean-up that may await and also runs on cancellation. Where it matters people spawn it, so that is the peer.

mod before;

use std::future::pending;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::yield_now;
use weftwork::{Context, Elapsed, context, secs, timeout, with};

use crate::measure::Bench;
use crate::report::Unit;

/// Of each candidate in one run of the runtime, whose own start and end would hide the difference.
const CALLS: u64 = 64;

/// Of the peers.
const SPAWN: &str = "tokio::spawn, awaited";
const BEFORE: &str = "timeout without clean-ups";

pub(crate) fn run(bench: &mut Bench<'_>) {
    // One thread, where a task is cheapest.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be built");
    through(bench, &runtime);
    cancelled(bench, &runtime);
    sizes(bench);
    timeouts(bench, &runtime);
}

/// So many calls, one after the other.
macro_rules! calls {
    ($runtime:expr, |$number:ident| $call:expr) => {
        || {
            $runtime.block_on(async {
                let mut sum = 0;
                for _ in 0..CALLS {
                    let $number = black_box(7);
                    sum += $call;
                }
                sum
            })
        }
    };
}

fn trivial(number: u64) -> Context<u64> {
    context!(async move {
        yield number;
    })
}

fn through(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("with!, body is ready", CALLS * 8)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| with!(lent = trivial(number), { *lent + 1 }).await))
        .peer(SPAWN, calls!(runtime, |number| tokio::spawn(async move { number + 1 }).await.unwrap_or(0)))
        .time();
    bench
        .case("with!, body yields once", CALLS * 8)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| {
            with!(lent = trivial(number), {
                yield_now().await;
                *lent + 1
            })
            .await
        }))
        .peer(
            SPAWN,
            calls!(runtime, |number| {
                let task = tokio::spawn(async move {
                    yield_now().await;
                    number + 1
                });
                task.await.unwrap_or(0)
            }),
        )
        .time();
    bench
        .case("with!, once", 8)
        .ours(|| runtime.block_on(async { with!(lent = trivial(black_box(7)), { *lent + 1 }).await }))
        .peer(SPAWN, || runtime.block_on(async { tokio::spawn(async { black_box(7) + 1 }).await.unwrap_or(0) }))
        .allocations();
    bench
        .case("with! of three", CALLS * 21)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| {
            with!(a = trivial(number), b = trivial(number), c = trivial(number), { *a + *b + *c }).await
        }))
        .peer(
            SPAWN,
            calls!(runtime, |number| {
                let mut sum = 0;
                for _ in 0..3 {
                    sum += tokio::spawn(async move { number }).await.unwrap_or(0);
                }
                sum
            }),
        )
        .time();
}

/// What the clean-ups of one call have added.
static CLEANED: AtomicU64 = AtomicU64::new(0);

async fn clean_up(number: u64) {
    yield_now().await;
    CLEANED.fetch_add(number + 1, Ordering::Relaxed);
}

fn cleaned(number: u64) -> Context<()> {
    context!(async move {
        yield;
        clean_up(number).await;
    })
}

/// A guard that spawns its clean-up, and tells when that has ended.
struct Guard {
    runtime: Handle,
    number: u64,
    done: Option<oneshot::Sender<()>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let (number, done) = (self.number, self.done.take());
        self.runtime.spawn(async move {
            clean_up(number).await;
            if let Some(done) = done {
                // Nobody waits after the grace.
                let _ = done.send(());
            }
        });
    }
}

/// One poll, then no time is left.
fn cancelled(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("with!, cancelled and waited for", CALLS * 8)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| {
            let late = timeout(Duration::ZERO, with!(_ = cleaned(number), { pending::<()>().await })).await;
            assert!(late.is_err());
            CLEANED.swap(0, Ordering::Relaxed)
        }))
        .peer(
            "spawned by a guard",
            calls!(runtime, |number| {
                let (done, is_done) = oneshot::channel();
                let late = before::timeout(Duration::ZERO, async move {
                    let _guard = Guard { runtime: Handle::current(), number, done: Some(done) };
                    pending::<()>().await;
                });
                assert!(late.await.is_err());
                let within_grace = before::timeout(secs(10), is_done).await;
                assert!(within_grace.is_ok());
                CLEANED.swap(0, Ordering::Relaxed)
            }),
        )
        .time();
}

/// What a context adds to the future of its body.
fn sizes(bench: &mut Bench<'_>) {
    let of_body = |number: u64| async move {
        yield_now().await;
        number + 1
    };
    let of_with = |number: u64| {
        with!(lent = trivial(0), async move {
            yield_now().await;
            *lent + number + 1
        })
    };
    let (with, body) = (size_of_val(&of_with(7)), size_of_val(&of_body(7)));
    bench.figure("with!, its future", Unit::Bytes, with as u64, &[("its body alone", body as u64)]);
}

fn timeouts(bench: &mut Bench<'_>, runtime: &Runtime) {
    bench
        .case("timeout, body is ready", CALLS * 8)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| timeout(secs(5), ready(number)).await.unwrap_or(0)))
        .peer(BEFORE, calls!(runtime, |number| before::timeout(secs(5), ready(number)).await.unwrap_or(0)))
        .time();
    bench
        .case("timeout, body yields once", CALLS * 8)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| timeout(secs(5), yields(number)).await.unwrap_or(0)))
        .peer(BEFORE, calls!(runtime, |number| before::timeout(secs(5), yields(number)).await.unwrap_or(0)))
        .time();
    bench
        .case("#[timeout], body is ready", CALLS * 8)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| ready_in_time(number).await.unwrap_or(0)))
        .peer(BEFORE, calls!(runtime, |number| ready_in_time_before(number).await.unwrap_or(0)))
        .time();
    bench
        .case("#[timeout], body yields once", CALLS * 8)
        .per_call(CALLS)
        .ours(calls!(runtime, |number| yields_in_time(number).await.unwrap_or(0)))
        .peer(BEFORE, calls!(runtime, |number| yields_in_time_before(number).await.unwrap_or(0)))
        .time();
}

async fn ready(number: u64) -> u64 {
    number + 1
}

async fn yields(number: u64) -> u64 {
    yield_now().await;
    number + 1
}

/// How a call of the functions below fails.
#[derive(Debug)]
struct Late;

impl From<Elapsed> for Late {
    fn from(_: Elapsed) -> Self {
        Self
    }
}

impl Late {
    fn before<T>(_: before::Elapsed) -> Result<T, Self> {
        Err(Self)
    }
}

#[timeout(5s)]
async fn ready_in_time(number: u64) -> Result<u64, Late> {
    Ok(number + 1)
}

// As the attribute writes it.
async fn ready_in_time_before(number: u64) -> Result<u64, Late> {
    let from_elapsed: fn(_) -> _ = Late::before;
    before::timeout_or("ready_in_time_before", Duration::from_secs(5), from_elapsed, async move { Ok(number + 1) }).await
}

#[timeout(5s)]
async fn yields_in_time(number: u64) -> Result<u64, Late> {
    yield_now().await;
    Ok(number + 1)
}

async fn yields_in_time_before(number: u64) -> Result<u64, Late> {
    let from_elapsed: fn(_) -> _ = Late::before;
    let body = async move {
        yield_now().await;
        Ok(number + 1)
    };
    before::timeout_or("yields_in_time_before", Duration::from_secs(5), from_elapsed, body).await
}
