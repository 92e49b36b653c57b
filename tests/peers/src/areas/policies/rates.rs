//! `#[limit(n/s)]` beside governor.

use std::hint::black_box;
use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use weftwork::limit;

use crate::drive::drive;
use crate::measure::Bench;

/// More than anybody asks for here: nobody waits.
const PER_SECOND: u32 = 1_000_000_000;

pub(super) fn rates(bench: &mut Bench<'_>) {
    let quota = Quota::per_second(NonZeroU32::new(PER_SECOND).expect("not zero"));
    let governor: DefaultDirectRateLimiter = RateLimiter::direct(quota);
    let keyed: DefaultKeyedRateLimiter<String> = RateLimiter::keyed(quota);
    bench
        .case("rate, quota is there", 8)
        .ours(|| drive(ask(black_box(7))))
        .peer("governor until_ready", || drive(ask_by_hand(&governor, black_box(7))))
        .time()
        .allocations();
    let host = "host.example.com".to_owned();
    bench
        .case("rate by key, quota is there", 8)
        .ours(|| drive(ask_of(black_box(&host), black_box(7))))
        .peer("governor until_key_ready", || drive(ask_of_by_hand(&keyed, black_box(&host), black_box(7))))
        .time()
        .allocations();
}

#[limit(1_000_000_000/s)]
async fn ask(number: u64) -> u64 {
    number + 1
}

async fn ask_by_hand(limiter: &DefaultDirectRateLimiter, number: u64) -> u64 {
    limiter.until_ready().await;
    number + 1
}

#[limit(1_000_000_000/s, key = host)]
async fn ask_of(host: &str, number: u64) -> u64 {
    let _ = host;
    number + 1
}

async fn ask_of_by_hand(limiter: &DefaultKeyedRateLimiter<String>, host: &String, number: u64) -> u64 {
    limiter.until_key_ready(host).await;
    number + 1
}
