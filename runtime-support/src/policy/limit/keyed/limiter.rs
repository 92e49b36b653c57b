//! A limiter for each key, as a value and for `key = `.

use std::borrow::Borrow;
use std::fmt;
use std::future::Future;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use super::hash::Fold;
use super::key::Key;
use super::map::{Entry, Shard};
use crate::policy::limit::contract::refuse;
use crate::policy::limit::exceeded::LimitExceeded;
use crate::policy::limit::gate::{AnyGate, Gate};
use crate::policy::limit::limited::{By, Limited};
use crate::policy::limit::limiter::{Limiter, LimiterMetrics, Permit};
use crate::policy::limit::turn::{Turn, TurnOptions};

const SHARDS: usize = 16;

/// A limiter for each key, of any type: the same `static` serves all type arguments of a function.
pub struct KeyedLimiters {
    each: Limiter,
    shards: OnceLock<[Arc<Shard>; SHARDS]>,
}

/// `key = `: the entry of this key.
#[inline]
#[allow(clippy::needless_pass_by_value, reason = "it is made for this")]
pub fn keyed<K: Key>(limiters: &KeyedLimiters, key: K) -> Entry {
    limiters.enter(&key)
}

impl KeyedLimiters {
    /// Each key has a limiter like this one.
    #[must_use]
    pub const fn new(each: Limiter) -> Self {
        Self { each, shards: OnceLock::new() }
    }

    #[inline]
    fn shards(&self) -> &[Arc<Shard>; SHARDS] {
        self.shards.get_or_init(Default::default)
    }

    #[inline]
    fn find<K: Key>(&self, key: &K) -> (u64, &Arc<Shard>) {
        let mut hasher = Fold::new();
        key.hash_into(&mut hasher);
        let hash = hasher.finish();
        // The tables use the bits at both ends.
        (hash, &self.shards()[(hash >> 32) as usize % SHARDS])
    }

    #[inline]
    pub(super) fn enter<K: Key>(&self, key: &K) -> Entry {
        let (hash, shard) = self.find(key);
        shard.enter(hash, key, || self.each.another())
    }

    fn metrics<K: Key>(&self, key: &K) -> LimiterMetrics {
        let (hash, shard) = self.find(key);
        let entry = shard.look_up(hash, key);
        entry.map_or_else(|| self.each.another().metrics(), |entry| entry.core().metrics())
    }

    /// How many keys are in use.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "it is for tests")]
    pub fn len(&self) -> usize {
        self.shards().iter().map(|shard| shard.sweep()).sum()
    }

    /// How many keys are kept, and for how many there is room.
    #[cfg(all(test, not(weftwork_loom)))]
    pub(super) fn kept(&self) -> (usize, usize) {
        let shards = self.shards().iter();
        shards.fold((0, 0), |(kept, room), shard| (kept + shard.kept(), room + shard.room()))
    }
}

impl Drop for KeyedLimiters {
    fn drop(&mut self) {
        self.shards.get().into_iter().flatten().for_each(|shard| shard.clear());
    }
}

impl fmt::Debug for KeyedLimiters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedLimiters").finish_non_exhaustive()
    }
}

/// A [`Limiter`] for each key: `#[limit(.., key = ..)]` as a value.
///
/// Keys are independent of each other. Count, rate, `max_waiting` and `wait` hold for each of them, and those who wait for one
/// key run in order. An owned copy of a key is made when it is new only. A key that is idle is forgotten, with a rate once its
/// quota is full again; up to some hundred of those that were in use last stay a little longer, so that a key that comes again and again
/// is not made anew for each call.
///
/// ```
/// use weftwork::{KeyedLimiter, Limiter};
///
/// static TENANTS: KeyedLimiter<String> = KeyedLimiter::new(Limiter::new(2));
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let answer = TENANTS.run("ada", async { TENANTS.metrics("ada").in_use }).await;
/// assert_eq!((answer, TENANTS.len()), (1, 0));
/// # });
/// ```
pub struct KeyedLimiter<K> {
    limiters: KeyedLimiters,
    keys: PhantomData<fn(K)>,
}

impl<K> KeyedLimiter<K> {
    /// Each key has a limiter like this one.
    #[must_use]
    pub const fn new(each: Limiter) -> Self {
        Self { limiters: KeyedLimiters::new(each), keys: PhantomData }
    }

    /// How many keys are in use: somebody holds or waits for a place, or their quota is not full. Those that are not are dropped by this.
    #[must_use]
    pub fn len(&self) -> usize {
        self.limiters.len()
    }

    /// Whether no key is in use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Send + Sync + 'static> KeyedLimiter<K> {
    fn gate<Q>(&self, key: &Q) -> AnyGate<'static>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        AnyGate::Key(self.limiters.enter(&key))
    }

    /// Waits for a place of this key. It is free again when the [`Permit`] is dropped. The key is looked up by the call, not by the first
    /// poll.
    ///
    /// # Panics
    /// As [`Limiter::acquire`].
    ///
    /// # Cancel safety
    /// As for [`Limiter::acquire`].
    pub fn acquire<Q>(&self, key: &Q) -> impl Future<Output = Permit<'static>> + use<K, Q>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let turn = self.turn(key);
        async move { turn.acquire().await.unwrap_or_else(refuse) }
    }

    /// Takes a place of this key if one is free and nobody waits.
    ///
    /// # Errors
    /// [`LimitExceeded`] if there is none.
    pub fn try_acquire<Q>(&self, key: &Q) -> Result<Permit<'static>, LimitExceeded>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.turn(key).try_acquire()
    }

    /// Waits for a place of this key, and runs `future` in it. The key is looked up by the call, not by the first poll: the future
    /// borrows neither.
    ///
    /// # Panics
    /// As [`Limiter::run`].
    ///
    /// # Cancel safety
    /// As for [`Limiter::run`].
    pub fn run<Q, F>(&self, key: &Q, future: F) -> impl Future<Output = F::Output> + use<K, Q, F>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        F: Future,
    {
        Limited::new(self.limiters.enter(&key), &TurnOptions::PLAIN, By(refuse), move || future)
    }

    /// A call with a weight, or one that does not wait for long: `limiter.turn(&key).weight(3).wait(millis(500)).run(future)`.
    pub fn turn<Q>(&self, key: &Q) -> Turn<'static>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        Turn::new(self.gate(key))
    }

    /// How it stands with this key, all of one instant.
    #[must_use]
    pub fn metrics<Q>(&self, key: &Q) -> LimiterMetrics
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        self.limiters.metrics(&key)
    }
}

impl<K> fmt::Debug for KeyedLimiter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedLimiter").field("each", &self.limiters.each).finish_non_exhaustive()
    }
}
