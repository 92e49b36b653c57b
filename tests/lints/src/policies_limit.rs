//! `#[limit]` with every option.

use std::future::{Future, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use weftwork::{FromLimitExceeded, LimitExceeded, Limiter, limit, secs};

/// How many at once.
pub const PLACES: usize = 5;
static DB: Limiter = Limiter::new(32);
static LAZY: LazyLock<Limiter> = LazyLock::new(|| Limiter::new(4));

// ---- who may be refused ----

/// By the line.
///
/// # Errors
/// When it is full.
#[limit(5, max_waiting = 64)]
pub async fn line() -> Result<u8, LimitExceeded> {
    ready(Ok(1)).await
}

/// By the time.
///
/// # Errors
/// When it takes too long.
#[limit(5, max_waiting = PLACES * 2, wait = 500ms)]
pub async fn line_and_time() -> io::Result<u8> {
    ready(Ok(1)).await
}

/// By a time out of an argument.
///
/// # Errors
/// When it takes too long.
#[limit(5, wait = patience / 2)]
pub async fn time(patience: Duration) -> Result<u8, LimitExceeded> {
    ready(Ok(1)).await
}

/// An answer that is no `Result`.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Let in.
    Of(u8),
    /// Not let in.
    Busy,
}

impl FromLimitExceeded for Answer {
    fn from_limit_exceeded(_: LimitExceeded) -> Self {
        Self::Busy
    }
}

/// Of another type.
#[limit(5, wait = 0s)]
pub async fn answer() -> Answer {
    ready(Answer::Of(1)).await
}

// ---- weights, rates and keys ----

/// Weighed.
#[limit(100, weight = rows.len())]
pub async fn weight(rows: &[u8]) -> usize {
    ready(rows.len()).await
}

/// A rate.
#[limit(100/s)]
pub async fn rate() {
    ready(()).await;
}

/// A rate as text, with all options.
///
/// # Errors
/// When its turn would come too late.
#[limit("10/min", burst = PLACES, key = name, weight = name.len(), max_waiting = 9, wait = "1.5s")]
pub async fn rate_with_all(name: String) -> Result<String, LimitExceeded> {
    ready(Ok(name)).await
}

/// A user.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct User {
    id: u64,
    name: String,
    email: Option<String>,
}

/// A key that is consumed.
#[limit(4, key = user)]
pub async fn key(user: User) -> User {
    ready(user).await
}

/// A key that borrows.
#[limit(4, key = name)]
pub async fn key_of_text(name: &str) -> usize {
    ready(name.len()).await
}

/// A key with an operator.
#[limit(4, key = id % 16)]
pub async fn key_with_operator(id: u64) -> u64 {
    ready(id).await
}

/// A key of parts.
#[limit(4, key = (user.id, user.name.as_str(), user.email.as_deref(), tenant, *number))]
pub async fn key_of_parts(user: &User, tenant: String, number: &u8) -> (String, u8) {
    ready((tenant + &user.name, *number)).await
}

/// A generic key.
#[limit(4, key = id)]
pub async fn key_of_any<K: std::hash::Hash + Eq + Clone + Send + Sync + 'static>(id: K) -> K {
    ready(id).await
}

// ---- shared ----

/// In a static.
#[limit(shared = DB)]
pub async fn shared() {
    ready(()).await;
}

/// In a static that is made late, weighed.
#[limit(shared = LAZY, weight = 2)]
pub async fn shared_lazily() {
    ready(()).await;
}

/// A client.
#[derive(Debug)]
pub struct Client<'a> {
    own: Limiter,
    lent: &'a Limiter,
    counted: Arc<Limiter>,
    calls: u32,
}

impl Client<'_> {
    /// Of each instance.
    #[limit(shared = self.own)]
    #[limit(shared = self.lent)]
    #[limit(shared = self.counted)]
    #[limit(4, key = self.calls)]
    pub async fn by_mutable_reference(&mut self) -> u32 {
        self.calls += 1;
        ready(self.calls).await
    }

    /// Written by hand.
    #[limit(shared = self.own)]
    #[must_use]
    pub fn boxed<'a>(&'a self, name: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
        Box::pin(async move { ready(name.len() + self.calls as usize).await })
    }

    /// Written by hand.
    #[limit(4, key = self.calls, weight = 2)]
    pub fn impl_future(&self) -> impl Future<Output = u32> + Send {
        let calls = &self.calls;
        async { ready(*calls).await }
    }

    /// By value.
    ///
    /// # Errors
    /// When it takes too long.
    #[limit(4, wait = secs(1))]
    pub async fn by_value(self) -> Result<Limiter, LimitExceeded> {
        ready(Ok(self.own)).await
    }
}

/// A trait with a default method.
pub trait Service: Sync {
    /// What it is called.
    fn name(&self) -> &str;
    /// Serves.
    #[limit(4, key = self.name())]
    fn serve(&self) -> impl Future<Output = u8> + Send {
        async { ready(1).await }
    }
}

impl Service for User {
    fn name(&self) -> &str {
        &self.name
    }

    #[limit(4, key = self.id)]
    async fn serve(&self) -> u8 {
        ready(2).await
    }
}
