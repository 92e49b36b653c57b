//! One call over all its attempts: from where it begins or joins, again and again, to the result.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use super::body::{Body, Limit};
use super::database::Database;
use super::error::TxError;
use super::join::{Begin, Kind, Source};
use super::options::{Propagation, TxOptions};
use super::scope::{Part, Scope};
use super::session::{Origin, Session};
use super::tx::Tx;
use crate::policy::limit::leaves_less_of;
use crate::policy::retry::Retry;
use crate::policy::retry::retrying::Retrying;
use crate::scope::{About, What};

/// A call of a `#[transactional]` function.
pub struct Transaction<Db, S> {
    source: S,
    call: Call,
    database: PhantomData<fn() -> Db>,
}

/// What a call is, whatever it begins on.
pub(super) struct Call {
    pub(super) function: &'static str,
    pub(super) about: About,
    options: TxOptions,
    limit: Option<Limit>,
    pub(super) retrying: Option<Retrying<Retry>>,
}

/// Begins a transaction for the function `name` on `source`, or joins one, as soon as it is opened.
#[track_caller]
pub fn begin<Db, S>(name: &'static str, source: S) -> Transaction<Db, S::Source>
where
    Db: Database,
    S: Begin<Db>,
{
    let about = About { what: What::CleanUp, name: name.into(), place: Location::caller(), grace: None };
    let call = Call { function: name, about, options: TxOptions::new(), limit: None, retrying: None };
    Transaction { source: source.source(), call, database: PhantomData }
}

impl<Db: Database, S: Source<Db>> Transaction<Db, S> {
    pub(super) fn at(mut self, place: &'static Location<'static>) -> Self {
        self.call.about.place = place;
        self
    }

    /// Its time, if it has one, counts from here on.
    pub fn with(mut self, options: TxOptions) -> Self {
        self.call.limit = options.timeout.map(Limit::new);
        // A pause that would end behind that is not begun: what failed says more than that the time is over.
        let retry = options.timeout.map_or(options.retry(), |limit| options.retry().within(limit));
        self.call.retrying = (options.attempts > 1).then(|| Retrying::new(Some(self.call.function), retry));
        self.call.options = options;
        self
    }

    /// Begins the next attempt, or joins.
    ///
    /// # Errors
    /// If that is impossible.
    pub async fn open(&mut self) -> Result<Scope<'_, Db>, TxError> {
        // On the heap, so that the future of a call is hardly larger than that of its body.
        Box::pin(self.begin_or_join()).await
    }

    async fn begin_or_join(&mut self) -> Result<Scope<'_, Db>, TxError> {
        let Self { source, call, .. } = self;
        let propagation = call.options.propagation;
        match source.kind() {
            Kind::Tx(tx) => match propagation {
                Propagation::RequiresNew => {
                    let session = tx.session()?;
                    let pool = session.origin.pool.clone().ok_or_else(|| TxError::begin(NoPool))?;
                    let session = call.begin(pool).await?;
                    Ok(call.whole(session, None))
                }
                Propagation::Required => {
                    call.suits(tx)?;
                    let session = tx.lend()?;
                    Ok(call.scope(session, Part::Joined(tx)))
                }
                Propagation::Nested => {
                    call.suits(tx)?;
                    let number = call.in_time(async { tx.session()?.set_savepoint().await }).await?;
                    let session = tx.lend()?;
                    Ok(call.scope(session, Part::Savepoint { outer: tx, number }))
                }
            },
            Kind::Pool(pool) => {
                let session = call.begin(pool.clone()).await?;
                Ok(call.whole(session, None))
            }
            Kind::Link(link) => {
                let session = call.begin_on(link).await?;
                Ok(call.whole(session, Some(link)))
            }
        }
    }
}

impl Call {
    /// For a part of another transaction.
    pub(super) fn part(function: &'static str, about: About) -> Self {
        Self { function, about, options: TxOptions::new(), limit: None, retrying: None }
    }

    async fn in_time<T>(&self, future: impl Future<Output = Result<T, TxError>>) -> Result<T, TxError> {
        match self.limit {
            Some(limit) => limit.cap(self.function, future).await?,
            None => future.await,
        }
    }

    /// Whether this call can be a part of that transaction.
    fn suits<Db: Database>(&self, tx: &mut Tx<Db>) -> Result<(), TxError> {
        let (asked, outer) = (self.options.terms, tx.session()?.origin.terms);
        if outer.is_read_only && !asked.is_read_only {
            return Err(TxError::ReadOnly { function: self.function });
        }
        // The database may be stricter than it was asked to be.
        let given = outer.isolation.map_or(Db::ISOLATION, |isolation| isolation.max(Db::WEAKEST));
        match asked.isolation {
            Some(asked) if asked > given => Err(TxError::TooWeak { function: self.function, asked, outer: given }),
            _ => Ok(()),
        }
    }

    fn has_another_attempt(&self) -> bool {
        self.retrying.as_ref().is_some_and(|retrying| retrying.number() < self.options.attempts)
    }

    fn origin<P>(&self, pool: Option<P>, keeps_link: bool) -> Origin<P> {
        Origin {
            about: self.about.clone(),
            function: self.function,
            terms: self.options.terms,
            pool,
            retry: self.options.retry(),
            attempt: self.retrying.as_ref().map_or(1, Retrying::number),
            keeps_link,
        }
    }

    /// Begins on a connection of a pool.
    async fn begin<Db: Database>(&mut self, pool: Db::Pool) -> Result<Box<Session<Db>>, TxError> {
        for share in Db::takes(&pool, &self.options.terms).into_iter().flatten() {
            if let Some(mut functions) = leaves_less_of(share.of, share.limit, 1) {
                // Who takes two things of which there are only so many stands there twice.
                functions.dedup();
                functions.push(self.function);
                return Err(TxError::WouldWaitForItself { functions });
            }
        }
        loop {
            let origin = self.origin(Some(pool.clone()), false);
            let begun = self.in_time(async {
                let link = Db::acquire(&pool).await.map_err(TxError::begin)?;
                Ok(Session::begin(link, origin).await)
            });
            let failed = match begun.await? {
                Ok(session) => return Ok(session),
                Err(failed) => failed,
            };
            drop(failed.link);
            self.pause(failed.is_transient, failed.error).await?;
        }
    }

    /// Begins on a connection that is at hand. Where this is cut it is lost, and so is what else would begin on it.
    async fn begin_on<Db: Database>(&mut self, place: &mut Option<Db::Link>) -> Result<Box<Session<Db>>, TxError> {
        loop {
            let link = place.take().ok_or_else(|| TxError::begin(LinkLost))?;
            let origin = self.origin(None, self.has_another_attempt());
            let begun = self.in_time(async { Ok(Session::begin(link, origin).await) });
            let failed = match begun.await? {
                Ok(session) => return Ok(session),
                Err(failed) => failed,
            };
            *place = failed.link;
            self.pause(failed.is_transient, failed.error).await?;
        }
    }

    /// Waits until BEGIN may be tried again, or fails with what it has failed with.
    async fn pause(&mut self, is_transient: bool, error: TxError) -> Result<(), TxError> {
        let retrying = self.retrying.as_mut().filter(|_| is_transient);
        match retrying.and_then(Retrying::again) {
            Some(pause) => {
                let over = async {
                    pause.over().await;
                    Ok(())
                };
                self.in_time(over).await
            }
            None => Err(error),
        }
    }

    fn whole<'t, Db: Database>(&'t mut self, session: Box<Session<Db>>, link: Option<&'t mut Option<Db::Link>>) -> Scope<'t, Db> {
        self.scope(session, Part::Whole { link })
    }

    /// For a body.
    pub(super) fn scope<'t, Db: Database>(&'t mut self, session: Box<Session<Db>>, part: Part<'t, Db>) -> Scope<'t, Db> {
        let is_whole = matches!(part, Part::Whole { .. });
        let shares = match &session.origin.pool {
            Some(pool) if is_whole => Db::takes(pool, &session.origin.terms),
            _ => [None; 2],
        };
        let attempt = self.retrying.as_ref().filter(|_| is_whole).map(Retrying::number);
        let body = Body { function: self.function, shares, attempt, limit: self.limit };
        Scope::new(self, body, session, part)
    }
}

impl<Db, S> fmt::Debug for Transaction<Db, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("function", &self.call.function).finish_non_exhaustive()
    }
}

/// There is nothing to take a second connection from.
#[derive(Debug)]
struct NoPool;

impl fmt::Display for NoPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`requires_new` takes a second connection, and the transaction around it has not begun on a pool")
    }
}

impl std::error::Error for NoPool {}

/// The connection was lost, and there is no other one.
#[derive(Debug)]
struct LinkLost;

impl fmt::Display for LinkLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection that it was to begin on is lost")
    }
}

impl std::error::Error for LinkLost {}
