//! `#[limit]` in every form.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use weftwork::{limit, LimitExceeded, Limiter};

static DB: Limiter = Limiter::new(5);

/// Refuses.
///
/// # Errors
/// When the line is full.
#[limit(5, max_waiting = 64, wait = 500ms)]
pub async fn refuses() -> Result<u8, LimitExceeded> {
    Ok(1)
}

/// A rate.
#[limit(100/s, burst = 20, weight = units)]
pub async fn rate(units: usize) -> usize {
    units
}

/// A key of owned and borrowed parts.
#[limit(5, key = (name, id % 2, tags.first()))]
pub async fn key(name: String, id: u64, tags: &[u8]) -> (String, u64, usize) {
    (name, id, tags.len())
}

/// Shared.
#[limit(shared = DB)]
pub async fn shared() {}

/// A client.
#[derive(Debug)]
pub struct Client {
    gate: Arc<Limiter>,
    calls: u32,
}

impl Client {
    /// Of each instance.
    #[limit(shared = self.gate)]
    #[limit(5, key = self.calls)]
    pub async fn method(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    /// Written by hand.
    #[limit(5, key = self.calls)]
    pub fn boxed<'a>(&'a self, name: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
        Box::pin(async move { name.len() + self.calls as usize })
    }

    /// Written by hand.
    #[limit(shared = self.gate)]
    pub fn impl_future(&self) -> impl Future<Output = u32> + Send + '_ {
        let calls = &self.calls;
        async { *calls }
    }
}
