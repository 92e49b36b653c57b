//! `#[retry]` in every form.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use weftwork::{attempt, limit, retry, timeout, RetryBudget};

static BUDGET: RetryBudget = RetryBudget::percent(20);

/// Every option.
///
/// # Errors
/// When the last attempt fails.
#[retry(attempts = 4, within = 10s, backoff = 50ms..2s, jitter, when = |error| error.raw_os_error().is_none(), after = |_| None, budget = BUDGET)]
pub async fn all_options() -> io::Result<u32> {
    Ok(attempt())
}

/// A stack with owned and borrowed arguments.
///
/// # Errors
/// When the last attempt fails.
#[timeout(patience)]
#[retry(attempts = 4, clone(gone))]
#[limit(4, key = name.as_str(), wait = 1s)]
#[retry(attempts = 4, clone(gone))]
pub async fn stack(name: String, gone: String, list: &mut Vec<String>, patience: Duration) -> io::Result<usize> {
    list.push(gone);
    Ok(name.len() + list.len())
}

/// A client.
#[derive(Debug)]
pub struct Client {
    calls: u32,
}

impl Client {
    /// By mutable reference.
    ///
    /// # Errors
    /// When the last attempt fails.
    #[retry(attempts = self.calls)]
    pub async fn method(&mut self) -> io::Result<u32> {
        self.calls += 1;
        Ok(self.calls)
    }

    /// Written by hand.
    #[retry(attempts = 4)]
    pub fn boxed<'a>(&'a self, name: &'a str) -> Pin<Box<dyn Future<Output = io::Result<usize>> + Send + 'a>> {
        Box::pin(async move { Ok(name.len() + self.calls as usize) })
    }

    /// Written by hand.
    #[retry(attempts = 4)]
    pub fn impl_future(&self) -> impl Future<Output = io::Result<u32>> + Send + '_ {
        let calls = &self.calls;
        async { Ok(*calls) }
    }
}
