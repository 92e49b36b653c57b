//! A PostgreSQL that the tests start themselves, a database of it for each test, and what is looked at from outside.
//!
//! There is one server for a test binary. It lives in a folder of its own, is reached by a socket alone, and ends with the
//! process, however that ends. Without PostgreSQL's binaries a test says so and returns; with `CI=true` in the environment it
//! fails.
//!
//! A test begins with `let Some(store) = PgStore::open(2).await else { return };` and goes on as one on a `Store` does.
//!
//! Never under a paused clock: an idle wait for a socket jumps to the next timer, and every limit fires.

mod server;
mod sessions;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool, Row};

use crate::proxy::Proxy;

pub use server::Server;
pub use sessions::{Session, sessions, until};

/// What the pool's connections call themselves.
pub const POOL: &str = "pool";

/// What connections besides the pool call themselves, until they are given another name.
pub const OUTSIDE: &str = "outside";

/// A database with a pool on it and the tables `t (n BIGINT PRIMARY KEY)`, `late (n BIGINT)`, which must be unique only at
/// COMMIT, and `accounts (id BIGINT PRIMARY KEY, cents BIGINT)`. All are empty.
#[derive(Debug)]
pub struct PgStore {
    /// What transactions begin on.
    pub pool: PgPool,
    connections: u32,
    name: String,
    server: &'static Server,
}

impl PgStore {
    /// Makes a new one; `None` where there is no PostgreSQL.
    ///
    /// # Panics
    /// If the server does not start, and if there is none although `CI` is `true`.
    pub async fn open(connections: u32) -> Option<Self> {
        let (server, name) = new_database().await?;
        let pool = pool(connections, options(server, &name, POOL)).await;
        Some(Self { pool, connections, name, server })
    }

    /// Makes a new one whose pool passes a proxy, and nothing else does.
    ///
    /// The proxy runs on the runtime that this is called on.
    ///
    /// # Panics
    /// As [`open`](Self::open).
    pub async fn behind_proxy(connections: u32) -> Option<(Self, Proxy)> {
        let (server, name) = new_database().await?;
        let proxy = Proxy::before(server.socket()).await;
        let pool = pool(connections, proxied(options(server, &name, POOL), &proxy)).await;
        Some((Self { pool, connections, name, server }, proxy))
    }

    /// How to connect to it besides the pool, and past a proxy.
    #[must_use]
    pub fn options(&self) -> PgConnectOptions {
        options(self.server, &self.name, OUTSIDE)
    }

    /// How to connect to it through this proxy.
    #[must_use]
    pub fn options_through(&self, proxy: &Proxy) -> PgConnectOptions {
        proxied(self.options(), proxy)
    }

    /// The file of the server's socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.server.socket()
    }

    /// A connection that has nothing to do with the pool, and does not pass a proxy.
    pub async fn outside(&self) -> PgConnection {
        self.options().connect().await.unwrap()
    }

    /// The rows that are there for others.
    pub async fn rows(&self) -> Vec<i64> {
        let mut outside = self.outside().await;
        let rows = rows(&mut outside).await;
        outside.close().await.unwrap();
        rows
    }

    /// The sessions of this name, as the server sees them now.
    pub async fn sessions(&self, application_name: &str) -> Vec<Session> {
        let mut outside = self.outside().await;
        let mut all = sessions(&mut outside).await;
        outside.close().await.unwrap();
        all.retain(|session| session.application_name == application_name);
        all
    }

    /// Waits until the sessions of this database are as wanted, and gives them back.
    ///
    /// # Panics
    /// With `what` and the sessions, if that takes longer than a minute.
    pub async fn until(&self, what: &str, is_so: impl FnMut(&[Session]) -> bool) -> Vec<Session> {
        let mut outside = self.outside().await;
        let all = until(&mut outside, what, is_so).await;
        outside.close().await.unwrap();
        all
    }

    /// Waits until every session rests outside of a transaction.
    ///
    /// # Panics
    /// If one does not.
    pub async fn no_session_in_transaction(&self) {
        self.until("no session is in a transaction", |all| all.iter().all(|session| session.state == "idle")).await;
    }

    /// Makes the function `fail(code)`, whose statement fails with this SQLSTATE.
    pub async fn make_fail(&self) {
        let mut outside = self.outside().await;
        let sql = "CREATE FUNCTION fail(code text) RETURNS void LANGUAGE plpgsql AS \
                   'BEGIN RAISE EXCEPTION ''%'', code USING ERRCODE = code; END'";
        outside.execute(sql).await.unwrap();
        outside.close().await.unwrap();
    }

    /// Checks that every connection of the pool can be had and is outside of a transaction.
    ///
    /// # Panics
    /// If not.
    pub async fn assert_whole(&self) {
        let mut all = Vec::new();
        for _ in 0..self.connections {
            let mut connection = self.pool.acquire().await.expect("a connection of the pool is missing");
            // Inside a transaction its beginning lies before that of the statement. A prepared one would begin when it is parsed.
            let row = connection.fetch_one("SELECT now() = statement_timestamp()").await.expect("a transaction that is aborted");
            assert!(row.get::<bool, _>(0), "a connection came back inside a transaction");
            all.push(connection);
        }
        let mut last = all.pop().unwrap();
        sqlx::query("INSERT INTO t VALUES (-1)").execute(&mut *last).await.expect("somebody still holds a lock");
        assert!(self.rows().await.contains(&-1), "a plain statement was not committed");
        sqlx::query("DELETE FROM t WHERE n = -1").execute(&mut *last).await.unwrap();
    }
}

/// A database that is a copy of the template.
async fn new_database() -> Option<(&'static Server, String)> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = Server::get()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = options(server, "postgres", "admin").connect().await.unwrap();
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    admin.close().await.unwrap();
    Some((server, name))
}

async fn pool(connections: u32, options: PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(connections).connect_with(options).await.unwrap()
}

fn options(server: &Server, database: &str, application_name: &str) -> PgConnectOptions {
    // The password's file and the environment say nothing about a server that is ours.
    PgConnectOptions::new_without_pgpass()
        .host(server.folder.to_str().expect("a name that the shell has written"))
        .port(5432)
        .username("postgres")
        .database(database)
        .ssl_mode(PgSslMode::Disable)
        .application_name(application_name)
}

/// The same through the proxy.
fn proxied(options: PgConnectOptions, proxy: &Proxy) -> PgConnectOptions {
    options.host("127.0.0.1").port(proxy.port())
}

/// The rows as this connection sees them.
pub async fn rows(connection: &mut PgConnection) -> Vec<i64> {
    sqlx::query_scalar("SELECT n FROM t ORDER BY n").fetch_all(connection).await.unwrap()
}
