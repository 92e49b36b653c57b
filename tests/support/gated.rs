//! A database whose control statements stop at a gate, so that a caller can be dropped in the middle of each.
//!
//! Behind the gate is a real SQLite connection. It is also the example of a [`Database`] that is not weftwork's own.

use std::mem;
use std::sync::{Arc, Mutex};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, SqliteConnection};
use tokio::sync::{Notify, oneshot};
use weftwork::{Begin, Database, Isolation, OnPool, Severity, Standing, Terms, Tx};

use crate::store::StoreError;

/// The database.
#[derive(Debug)]
pub struct Gated;

/// Where a statement is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The database has not got it yet.
    Before,
    /// The database has done it, and its answer is on the way.
    After,
}

/// One connection with its log and its gate. `&Bench` is what transactions begin on.
#[derive(Debug)]
pub struct Bench {
    shared: Arc<Shared>,
}

/// What its transactions begin on.
#[derive(Debug, Default)]
pub struct Shared {
    state: Mutex<State>,
    /// A statement has reached the gate.
    reached: Notify,
    /// The connection came back, or was discarded.
    returned: Notify,
}

#[derive(Debug, Default)]
struct State {
    idle: Option<SqliteConnection>,
    log: Vec<String>,
    held: Option<(&'static str, Side)>,
    /// Lets the statement through that stands at the gate.
    standing: Option<oneshot::Sender<()>>,
    failing: Option<&'static str>,
    discarded: bool,
}

/// What a transaction on it runs on.
#[derive(Debug)]
pub struct Link {
    connection: Option<SqliteConnection>,
    shared: Arc<Shared>,
}

impl Bench {
    /// Connects.
    pub async fn new(options: SqliteConnectOptions) -> Self {
        let shared = Arc::new(Shared::default());
        shared.state.lock().unwrap().idle = Some(options.connect().await.unwrap());
        Self { shared }
    }

    /// Holds the next control statement of this text.
    pub fn hold(&self, statement: &'static str, side: Side) {
        self.shared.state.lock().unwrap().held = Some((statement, side));
    }

    /// Lets the control statement of this text fail once, without sending it.
    pub fn fail(&self, statement: &'static str) {
        self.shared.state.lock().unwrap().failing = Some(statement);
    }

    /// Polls `call` until its statement stands at the gate.
    pub async fn reach<F: Future + ?Sized>(&self, mut call: std::pin::Pin<&mut F>) {
        let mut reached = std::pin::pin!(self.shared.reached.notified());
        std::future::poll_fn(|cx| {
            assert!(call.as_mut().poll(cx).is_pending(), "the call ended without reaching the gate");
            reached.as_mut().poll(cx)
        })
        .await;
    }

    /// For a body: stands at the gate for ever.
    pub async fn stand<T>(&self) -> T {
        self.shared.reached.notify_one();
        std::future::pending().await
    }

    /// Lets the held statement through.
    pub fn open(&self) {
        if let Some(standing) = self.shared.state.lock().unwrap().standing.take() {
            // Nobody is there any more if the statement was one that is dropped with its caller.
            let _ = standing.send(());
        }
    }

    /// Waits until the connection is nobody's, and tells whether it was discarded.
    pub async fn is_discarded(&self) -> bool {
        loop {
            let returned = self.shared.returned.notified();
            {
                let state = self.shared.state.lock().unwrap();
                if state.discarded || state.idle.is_some() {
                    return state.discarded;
                }
            }
            returned.await;
        }
    }

    /// Waits until the connection is back, and checks that it is outside of a transaction.
    pub async fn assert_clean(&self) {
        assert!(!self.is_discarded().await, "the connection was discarded");
        let mut connection = self.shared.state.lock().unwrap().idle.take().unwrap();
        connection.execute("BEGIN").await.expect("the connection came back inside a transaction");
        connection.execute("ROLLBACK").await.unwrap();
        self.shared.state.lock().unwrap().idle = Some(connection);
    }

    /// The control statements since the last look.
    pub fn log(&self) -> Vec<String> {
        mem::take(&mut self.shared.state.lock().unwrap().log)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        self.shared.state.lock().unwrap().idle = Some(connection);
        self.shared.returned.notify_waiters();
    }
}

impl AsMut<SqliteConnection> for Link {
    fn as_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("there until the link is dropped")
    }
}

impl Link {
    /// Stands at the gate if `statement` is held on this side.
    async fn gate(&self, statement: &str, side: Side) {
        let (open, opened) = oneshot::channel();
        {
            let mut state = self.shared.state.lock().unwrap();
            if !state.held.is_some_and(|held| held == (statement, side)) {
                return;
            }
            state.held = None;
            state.standing = Some(open);
        }
        self.shared.reached.notify_one();
        opened.await.ok();
    }

    fn is_failing(&self, statement: &str) -> bool {
        let mut state = self.shared.state.lock().unwrap();
        state.log.push(statement.to_owned());
        let fails = state.failing == Some(statement);
        if fails {
            state.failing = None;
        }
        fails
    }
}

impl Database for Gated {
    type Pool = Arc<Shared>;
    type Link = Link;
    type Error = sqlx::Error;

    const ISOLATION: Isolation = Isolation::Serializable;

    async fn acquire(shared: &Arc<Shared>) -> Result<Link, sqlx::Error> {
        let connection = shared.state.lock().unwrap().idle.take().ok_or(sqlx::Error::PoolTimedOut)?;
        Ok(Link { connection: Some(connection), shared: Arc::clone(shared) })
    }

    async fn begin(link: &mut Link, _terms: &Terms) -> Result<(), sqlx::Error> {
        Self::control(link, "BEGIN IMMEDIATE".to_owned()).await
    }

    async fn control(link: &mut Link, statement: String) -> Result<(), sqlx::Error> {
        link.gate(&statement, Side::Before).await;
        if link.is_failing(&statement) {
            return Err(sqlx::Error::Protocol(format!("{statement} was made to fail")));
        }
        link.as_mut().execute(AssertSqlSafe(statement.clone())).await?;
        link.gate(&statement, Side::After).await;
        Ok(())
    }

    async fn settle(link: &mut Link) -> Result<(), sqlx::Error> {
        link.gate("settle", Side::Before).await;
        link.as_mut().ping().await
    }

    async fn standing(link: &mut Link) -> Result<Standing<sqlx::Error>, sqlx::Error> {
        link.gate("is open", Side::Before).await;
        let probe = link.as_mut().execute("BEGIN").await;
        link.gate("is open", Side::After).await;
        if probe.is_ok() {
            link.as_mut().execute("ROLLBACK").await?;
        }
        Ok(if probe.is_err() { Standing::Open } else { Standing::Ended })
    }

    fn severity(_error: &sqlx::Error) -> Severity {
        Severity::Statement
    }

    fn discard(mut link: Link) {
        link.connection = None;
        link.shared.state.lock().unwrap().discarded = true;
        link.shared.returned.notify_waiters();
    }
}

impl Begin<Gated> for &Bench {
    type Source = OnPool<Gated>;

    fn source(self) -> OnPool<Gated> {
        OnPool(Arc::clone(&self.shared))
    }
}

/// Inserts a row.
///
/// # Errors
/// If it is there already, or the transaction can not go on.
pub async fn put(tx: &mut Tx<Gated>, n: i64) -> Result<(), StoreError> {
    let connection = tx.connection().await?.as_mut();
    sqlx::query("INSERT INTO t VALUES (?)").bind(n).execute(connection).await?;
    Ok(())
}
