//! `#[limit(n, key = ..)]` beside a map of semaphores.

use std::future::pending;
use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Waker};

use dashmap::DashMap;
use tokio::sync::Semaphore;
use weftwork::{KeyedLimiter, Limiter, limit};

use crate::alloc;
use crate::drive::drive;
use crate::measure::Bench;
use crate::report::Unit;

const HOSTS: u64 = 64;

pub(super) fn keys(bench: &mut Bench<'_>) {
    let hosts: Vec<String> = (0..HOSTS).map(|number| format!("host-{number}.example.com")).collect();
    let by_hand: DashMap<String, Arc<Semaphore>> = DashMap::new();
    let cleaned: DashMap<String, Arc<Semaphore>> = DashMap::new();
    bench
        .case("limit by key, known keys", HOSTS * 8)
        .per_item(HOSTS)
        .ours(|| hosts.iter().map(|host| drive(fetch(black_box(host), 7))).sum())
        .peer("DashMap of Semaphores", || hosts.iter().map(|host| drive(fetch_by_hand(&by_hand, black_box(host), 7))).sum())
        .peer("the same, idle keys removed", || {
            hosts.iter().map(|host| drive(fetch_and_clean(&cleaned, black_box(host), 7))).sum()
        })
        .time()
        .allocations();
    bench.figure(
        "1,000,000 keys, then idle",
        Unit::Bytes,
        left_behind(1_000_000),
        &[("1,000 keys, then idle", left_behind(1_000))],
    );
}

#[limit(8, key = host)]
async fn fetch(host: &str, number: u64) -> u64 {
    let _ = host;
    number + 1
}

async fn fetch_by_hand(limits: &DashMap<String, Arc<Semaphore>>, host: &str, number: u64) -> u64 {
    let semaphore = match limits.get(host) {
        Some(known) => known.clone(),
        None => limits.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(8))).clone(),
    };
    let _permit = semaphore.acquire().await.expect("the semaphore is never closed");
    number + 1
}

/// Nobody else uses the semaphore: it is taken out again.
async fn fetch_and_clean(limits: &DashMap<String, Arc<Semaphore>>, host: &str, number: u64) -> u64 {
    let semaphore = limits.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(8))).clone();
    let permit = semaphore.acquire().await.expect("the semaphore is never closed");
    let output = number + 1;
    drop(permit);
    drop(semaphore);
    limits.remove_if(host, |_, semaphore| Arc::strong_count(semaphore) == 1);
    output
}

/// How many bytes so many keys leave behind, all of them used at the same time.
fn left_behind(keys: u64) -> u64 {
    let limiter: KeyedLimiter<u64> = KeyedLimiter::new(Limiter::new(1));
    let keys: Vec<u64> = (0..keys).collect();
    alloc::left(|| {
        let mut cx = Context::from_waker(Waker::noop());
        let mut calls: Vec<_> = keys.iter().map(|key| Box::pin(limiter.run(key, pending::<()>()))).collect();
        let waiting = calls.iter_mut().filter_map(|call| call.as_mut().poll(&mut cx).is_pending().then_some(())).count();
        assert_eq!((waiting, limiter.len()), (keys.len(), keys.len()), "all of them run");
    })
}
