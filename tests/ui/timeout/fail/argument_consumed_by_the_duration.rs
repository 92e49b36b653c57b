//! The duration is evaluated before the body, which may not use what it took.
use std::time::Duration;
use weftwork::{Elapsed, timeout};

struct Config {
    slow: Vec<Duration>,
}

#[timeout(config.slow.into_iter().sum())]
async fn fetch(config: Config) -> Result<usize, Elapsed> {
    Ok(config.slow.len())
}

#[tokio::main]
async fn main() {
    fetch(Config { slow: Vec::new() }).await.unwrap();
}
