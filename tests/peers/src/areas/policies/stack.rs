//! A stack of policies beside the same in tower's layers.

use std::hint::black_box;
use std::time::Duration;

use tower::{Service, ServiceBuilder, ServiceExt};
use weftwork::{Elapsed, limit, retry, timeout};

use crate::drive::drive;
use crate::measure::Bench;

pub(super) fn stack(bench: &mut Bench<'_>) {
    let mut tower = ServiceBuilder::new()
        .timeout(Duration::from_secs(8))
        .concurrency_limit(16)
        .timeout(Duration::from_secs(2))
        .service_fn(|number: u64| async move { Ok::<_, Failed>(number + 1) });
    bench
        .case("timeout, retry, limit and timeout, body is ready", 8)
        .ours(|| drive(stacked(black_box(7))).unwrap_or(0))
        .peer("tower: timeout, limit and timeout", || drive(async { tower.ready().await?.call(black_box(7)).await }).unwrap_or(0))
        .time()
        .allocations();
}

#[derive(Debug)]
struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

impl std::error::Error for Failed {}

impl From<Elapsed> for Failed {
    fn from(_: Elapsed) -> Self {
        Self
    }
}

#[timeout(8s)]
#[retry(attempts = 4, backoff = 50ms..2s)]
#[limit(16)]
#[timeout(2s)]
async fn stacked(number: u64) -> Result<u64, Failed> {
    Ok(number + 1)
}
