//! When it commits, and when it can not: T29 to T36.

use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use weftwork::{Begin, StatementError, Tx, TxError, savepoint, transactional};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::{Store, StoreError};
use weftwork_tests::{Log, Reports, on_every_backend};

on_every_backend! { 2:
    t29_commit_on_commits_what_matches,
    t29_commit_on_of_a_joined_call,
    t31_rollback_if_is_the_ok_that_is_not_committed,
    t31_both_in_one,
    t29_t31_of_a_nested_call,
}

/// What a bank says.
#[derive(Debug, thiserror::Error)]
enum BankError {
    #[error("warning: {0}")]
    Warning(&'static str),
    #[error("refused")]
    Refused,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tx(#[from] TxError),
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Warn,
    Refuse,
    Good,
}

#[transactional(tx, commit_on(BankError::Warning(_)))]
async fn warned<Db: Backend>(tx: impl Begin<Db>, n: i64, way: Way, log: &Log) -> Result<i64, BankError> {
    put(&mut tx, n).await?;
    let note = log.clone();
    tx.after_commit(async move { note.note(format!("committed {n}")) });
    match way {
        Way::Warn => Err(BankError::Warning("low")),
        Way::Refuse => Err(BankError::Refused),
        Way::Good => Ok(n),
    }
}

async fn t29_commit_on_commits_what_matches<S: Base>(store: S) {
    let log = Log::new();
    let error = warned(store.pool(), 1, Way::Warn, &log).await.unwrap_err();
    assert!(matches!(error, BankError::Warning("low")), "{error:?}");
    let error = warned(store.pool(), 2, Way::Refuse, &log).await.unwrap_err();
    assert!(matches!(error, BankError::Refused), "{error:?}");
    assert_eq!(warned(store.pool(), 3, Way::Good, &log).await.unwrap(), 3);
    assert_eq!(store.rows().await, [1, 3]);
    assert_eq!(log.text(), "committed 1 committed 3");
    store.assert_whole().await;
}

async fn t29_commit_on_of_a_joined_call<S: Base>(store: S) {
    /// Its own verdict is another one.
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, n: i64, way: Way, log: &Log) -> Result<(), BankError> {
        match warned(&mut tx, n, way, log).await {
            Err(BankError::Warning(_)) => Ok(()),
            other => other.map(drop),
        }
    }
    let log = Log::new();
    outer(store.pool(), 1, Way::Warn, &log).await.unwrap();
    assert!(matches!(outer(store.pool(), 2, Way::Refuse, &log).await, Err(BankError::Refused)));
    assert_eq!(store.rows().await, [1]);
    assert_eq!(log.text(), "committed 1");
    store.assert_whole().await;
}

#[tokio::test]
async fn t30_postgres_the_commit_of_a_warning_fails() {
    #[transactional(tx, commit_on(BankError::Warning(_)))]
    async fn t30_late(tx: impl Begin<Postgres>) -> Result<(), BankError> {
        for _ in 0..2 {
            sqlx::query("INSERT INTO late VALUES (1)").execute(&mut tx).await.map_err(StoreError::from)?;
        }
        Err(BankError::Warning("the body's"))
    }
    let Some(store) = PgStore::open(1).await else { return };
    let reports = Reports::of("t30_late");
    let error = t30_late(&store.pool).await.unwrap_err();
    let BankError::Tx(TxError::Commit(cause)) = &error else { panic!("{error:?}") };
    assert!(cause.to_string().contains("duplicate key"), "{cause}");
    let report = reports.one().to_string();
    assert!(report.contains("warning: the body's") && report.contains("hidden by that of the commit"), "{report}");
    store.assert_whole().await;
}

#[tokio::test]
async fn t30_sqlite_the_commit_of_a_warning_fails() {
    #[transactional(tx, commit_on(BankError::Warning(_)))]
    async fn t30_orphan(tx: impl Begin<Sqlite>) -> Result<(), BankError> {
        sqlx::query("INSERT INTO child VALUES (2)").execute(&mut tx).await.map_err(StoreError::from)?;
        Err(BankError::Warning("the body's"))
    }
    for store in Store::both(1).await {
        let child = "CREATE TABLE child (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)";
        sqlx::query(child).execute(&store.pool).await.unwrap();
        let reports = Reports::of("t30_orphan");
        let error = t30_orphan(&store.pool).await.unwrap_err();
        let BankError::Tx(TxError::Commit(cause)) = &error else { panic!("{error:?}") };
        assert!(cause.to_string().contains("FOREIGN KEY"), "{cause}");
        assert!(reports.one().to_string().contains("warning: the body's"));
        store.assert_whole().await;
    }
}

#[derive(Debug, PartialEq)]
struct Response(u16);

impl Response {
    fn is_error(&self) -> bool {
        self.0 >= 400
    }
}

async fn t31_rollback_if_is_the_ok_that_is_not_committed<S: Base>(store: S) {
    #[transactional(tx, rollback_if = |response: &Response| response.is_error())]
    async fn handle<Db: Backend>(tx: impl Begin<Db>, n: i64, status: u16, log: &Log) -> Result<Response, StoreError> {
        put(&mut tx, n).await?;
        let (note, dropped) = (log.clone(), log.on_drop("dropped"));
        tx.after_commit(async move {
            let _kept = dropped;
            note.note("committed");
        });
        Ok(Response(status))
    }
    let log = Log::new();
    assert_eq!(handle(store.pool(), 1, 500, &log).await.unwrap(), Response(500));
    assert_eq!(log.text(), "dropped");
    assert!(store.rows().await.is_empty());
    assert_eq!(handle(store.pool(), 2, 200, &log).await.unwrap(), Response(200));
    assert_eq!(log.text(), "dropped committed dropped");
    assert_eq!(store.rows().await, [2]);
    store.assert_whole().await;
}

async fn t31_both_in_one<S: Base>(store: S) {
    #[transactional(tx, rollback_if = Response::is_error, commit_on(BankError::Warning(text) if text.len() > 3))]
    async fn handle<Db: Backend>(tx: impl Begin<Db>, n: i64, result: Result<u16, &'static str>) -> Result<Response, BankError> {
        put(&mut tx, n).await?;
        result.map(Response).map_err(BankError::Warning)
    }
    handle(store.pool(), 1, Ok(200)).await.unwrap();
    handle(store.pool(), 2, Ok(400)).await.unwrap();
    handle(store.pool(), 3, Err("long")).await.unwrap_err();
    handle(store.pool(), 4, Err("no")).await.unwrap_err();
    assert_eq!(store.rows().await, [1, 3]);
    store.assert_whole().await;
}

async fn t29_t31_of_a_nested_call<S: Base>(store: S) {
    #[transactional(tx, propagation = nested, rollback_if = Response::is_error, commit_on(BankError::Warning(_)))]
    async fn nested<Db: Backend>(
        tx: impl Begin<Db>,
        log: &Log,
        n: i64,
        result: Result<u16, BankError>,
    ) -> Result<Response, BankError> {
        put(&mut tx, n).await?;
        let note = log.clone();
        tx.after_commit(async move { note.note(format!("committed {n}")) });
        result.map(Response)
    }
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, log: &Log) -> Result<(), BankError> {
        nested(&mut tx, log, 1, Ok(200)).await?;
        assert_eq!(nested(&mut tx, log, 2, Ok(500)).await?, Response(500));
        let kept = nested(&mut tx, log, 3, Err(BankError::Warning("low"))).await;
        assert!(matches!(kept, Err(BankError::Warning("low"))), "{kept:?}");
        let undone = nested(&mut tx, log, 4, Err(BankError::Refused)).await;
        assert!(matches!(undone, Err(BankError::Refused)), "{undone:?}");
        Ok(())
    }
    let log = Log::new();
    outer(store.pool(), &log).await.unwrap();
    assert_eq!(store.rows().await, [1, 3]);
    assert_eq!(log.text(), "committed 1 committed 3");
    store.assert_whole().await;
}

/// The SQLSTATE that a refusal holds.
#[track_caller]
fn first_code(error: &TxError) -> &str {
    let TxError::Failed(cause) = error else { panic!("{error:?}") };
    cause.downcast_ref::<StatementError>().expect("what is kept of a statement's error").code().expect("the server's error")
}

#[tokio::test]
async fn t32_t33_postgres_a_statement_failed() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        put(&mut tx, 1).await.unwrap_err();
        // Refused with the first error, whatever is tried, and by whatever way.
        let refused = put(&mut tx, 2).await.unwrap_err();
        let StoreError::Sql(sqlx::Error::Io(refused)) = refused else { panic!("{refused:?}") };
        let refused = refused.get_ref().unwrap().downcast_ref::<TxError>().unwrap();
        assert_eq!(first_code(refused), "23505");
        let refused = sqlx::query("nonsense").fetch_optional(&mut tx).await.unwrap_err();
        assert!(!refused.to_string().contains("25P02") && !refused.to_string().contains("syntax"), "{refused}");
        let refused = tx.connection().await.unwrap_err();
        assert_eq!(first_code(&refused), "23505");
        Ok(())
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    let error = outer(&store.pool).await.unwrap_err();
    let StoreError::Tx(error) = error else { panic!("{error:?}") };
    assert_eq!(first_code(&error), "23505");
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("duplicate key"));
    let log = proxy.log();
    assert!(!log.iter().any(|sql| sql.contains("COMMIT") || sql == "nonsense"), "{log:?}");
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

#[tokio::test]
async fn t33_postgres_a_joined_call_swallows_a_statements_error() {
    #[transactional(tx)]
    async fn swallowing(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        put(&mut tx, 1).await.unwrap_err();
        Ok(())
    }
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        swallowing(&mut tx).await
    }
    let Some(store) = PgStore::open(1).await else { return };
    let StoreError::Tx(error) = outer(&store.pool).await.unwrap_err() else { panic!("a transaction's error") };
    assert_eq!(first_code(&error), "23505");
    assert!(store.rows().await.is_empty());
    store.assert_whole().await;
}

#[tokio::test]
async fn t36_postgres_the_transaction_is_not_ended_from_inside() {
    #[transactional(tx)]
    async fn ending(tx: impl Begin<Postgres>, sql: &'static str) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        for refused in [
            sqlx::query(sql).execute(&mut tx).await.map(drop),
            sqlx::raw_sql(sql).execute(&mut tx).await.map(drop),
            sqlx::query(sql).fetch_optional(&mut tx).await.map(drop),
        ] {
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("begins and ends its transaction itself"), "{refused}");
        }
        // Refused before it was sent: all is well.
        put(&mut tx, 2).await
    }
    #[transactional(tx)]
    async fn by_hand(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        for sql in ["SAVEPOINT own", "INSERT INTO t VALUES (3)", "ROLLBACK TO own", "RELEASE own", "INSERT INTO t VALUES (4)"] {
            sqlx::query(sql).execute(&mut tx).await?;
        }
        Ok(())
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    for sql in ["COMMIT", "ROLLBACK", "END", "BEGIN", "ABORT", "START TRANSACTION", "/* so */ commit and chain"] {
        ending(&store.pool, sql).await.unwrap();
        assert!(!proxy.log().iter().any(|sent| sent == sql), "{sql}");
        assert_eq!(store.rows().await, [1, 2]);
        store.clear().await;
    }
    by_hand(&store.pool).await.unwrap();
    assert_eq!(store.rows().await, [4]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t36_postgres_an_end_hidden_in_a_longer_text() {
    #[transactional(tx)]
    async fn hidden(tx: impl Begin<Postgres>, sql: &'static str, goes_on: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut tx).await?;
        if goes_on {
            put(&mut tx, 9).await.unwrap_err();
        }
        Ok(())
    }
    let Some(store) = PgStore::open(1).await else { return };
    for goes_on in [false, true] {
        for sql in
            ["INSERT INTO t VALUES (2); COMMIT", "SELECT 1; ROLLBACK", "SELECT 1; COMMIT; BEGIN", "SELECT 1; ROLLBACK AND CHAIN"]
        {
            let error = hidden(&store.pool, sql, goes_on).await.expect_err(sql);
            assert!(matches!(error, StoreError::Tx(TxError::EndedInside)), "{sql}: {error:?}");
            assert!(!store.rows().await.contains(&9), "{sql}");
            store.clear().await;
        }
    }
    // The word alone ends nothing.
    hidden(&store.pool, "SELECT 1; SELECT 'x; COMMIT'", false).await.unwrap();
    assert_eq!(store.rows().await, [1]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t36_sqlite_an_end_hidden_in_a_longer_text() {
    #[transactional(tx)]
    async fn hidden(tx: impl Begin<Sqlite>, goes_on: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        sqlx::raw_sql("INSERT INTO t VALUES (2); COMMIT; BEGIN").execute(&mut tx).await?;
        if goes_on {
            put(&mut tx, 9).await.unwrap_err();
        }
        Ok(())
    }
    for store in Store::both(1).await {
        for goes_on in [false, true] {
            let error = hidden(&store.pool, goes_on).await.unwrap_err();
            assert!(matches!(error, StoreError::Tx(TxError::EndedInside)), "{error:?}");
            // What stood before the end is committed by it, and nothing behind.
            assert_eq!(store.rows().await, [1, 2]);
            store.clear().await;
        }
        store.assert_whole().await;
    }
}

/// What may hide an end and does not: the savepoint that tells is gone again, and nothing else is different.
#[tokio::test]
async fn t36_a_longer_text_that_only_looks_so() {
    #[transactional(tx)]
    async fn looking<Db: Backend>(tx: impl Begin<Db>, sql: &'static str) -> Result<(), StoreError>
    where
        for<'t> &'t mut Tx<Db>: sqlx::Executor<'t, Database = Db>,
    {
        put(&mut tx, 1).await?;
        savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await?;
            Ok(())
        })
        .await?;
        let undone = savepoint!(tx, async || -> Result<(), StoreError> {
            sqlx::raw_sql(AssertSqlSafe("INSERT INTO t VALUES (8); SELECT '; END'")).execute(&mut *tx).await?;
            Err(StoreError::Own("undone"))
        });
        undone.await.unwrap_err();
        put(&mut tx, 3).await
    }
    for store in Store::both(1).await {
        let trigger = "CREATE TRIGGER adds AFTER INSERT ON t WHEN new.n = 3 BEGIN INSERT INTO t VALUES (4); END";
        looking(&store.pool, trigger).await.unwrap();
        assert_eq!(store.rows().await, [1, 2, 3, 4]);
        store.assert_whole().await;
    }
    let Some(store) = PgStore::open(1).await else { return };
    looking(&store.pool, "DO $$ BEGIN INSERT INTO t VALUES (4); END $$").await.unwrap();
    assert_eq!(store.rows().await, [1, 2, 3, 4]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t36_postgres_an_end_hidden_in_a_savepoint() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>, succeeds: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let block = savepoint!(tx, async || -> Result<(), StoreError> {
            sqlx::raw_sql("SELECT 1; COMMIT; BEGIN").execute(&mut tx).await?;
            if succeeds { Ok(()) } else { Err(StoreError::Own("no")) }
        });
        block.await.unwrap_err();
        put(&mut tx, 9).await.unwrap_err();
        Ok(())
    }
    let Some(store) = PgStore::open(1).await else { return };
    for succeeds in [true, false] {
        let error = outer(&store.pool, succeeds).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::EndedInside)), "{error:?}");
        assert_eq!(store.rows().await, [1]);
        store.clear().await;
        store.assert_whole().await;
    }
}
