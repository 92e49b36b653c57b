//! `savepoint!`: T21 to T28.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use futures::FutureExt;
use sqlx::Postgres;
use weftwork::{Begin, Tx, TxError, savepoint, transactional};
use weftwork_tests::backend::{Backend, Base, put};
use weftwork_tests::on_every_backend;
use weftwork_tests::postgres::PgStore;
use weftwork_tests::store::StoreError;

on_every_backend! { 2:
    t21_inner_times_outer,
    t22_three_levels_undone_to_the_one_that_caught,
    t23_many_in_a_row_and_many_nested,
    t26_a_panic_in_the_block,
    t27_the_value_and_the_forms,
}

const NO: StoreError = StoreError::Own("no");

async fn put_and_end<Db: Backend>(tx: &mut Tx<Db>, n: i64, succeeds: bool) -> Result<(), StoreError> {
    put(tx, n).await?;
    if succeeds { Ok(()) } else { Err(NO) }
}

async fn t21_inner_times_outer<S: Base>(store: S) {
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>, outer: bool, inner: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let result = savepoint!(tx, { put_and_end(&mut tx, 2, inner).await }).await;
        assert_eq!(result.is_ok(), inner);
        put_and_end(&mut tx, 3, outer).await
    }
    for (outer_ok, inner_ok, rows) in
        [(true, true, &[1, 2, 3][..]), (true, false, &[1, 3]), (false, true, &[]), (false, false, &[])]
    {
        assert_eq!(outer(store.pool(), outer_ok, inner_ok).await.is_ok(), outer_ok);
        assert_eq!(store.rows().await, rows);
        store.clear().await;
    }
    store.assert_whole().await;
}

async fn t22_three_levels_undone_to_the_one_that_caught<S: Base>(store: S) {
    #[transactional(tx)]
    async fn three<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 1).await?;
            let caught = savepoint!(tx, async || -> Result<(), StoreError> {
                put(&mut tx, 2).await?;
                savepoint!(tx, async || -> Result<(), StoreError> {
                    put(&mut tx, 3).await?;
                    savepoint!(tx, { put_and_end(&mut tx, 4, false).await }).await?;
                    unreachable!()
                })
                .await?;
                unreachable!()
            })
            .await;
            assert!(matches!(caught, Err(StoreError::Own("no"))));
            put(&mut tx, 5).await
        })
        .await?;
        put(&mut tx, 6).await
    }
    three(store.pool()).await.unwrap();
    assert_eq!(store.rows().await, [1, 5, 6]);
    store.assert_whole().await;
}

type Boxed<'t> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 't>>;

fn nested<Db: Backend>(tx: &mut Tx<Db>, depth: i64) -> Boxed<'_> {
    Box::pin(async move {
        put(tx, depth).await?;
        if depth == 50 {
            return Ok(());
        }
        savepoint!(tx, { nested(&mut tx, depth + 1).await }).await
    })
}

async fn t23_many_in_a_row_and_many_nested<S: Base>(store: S) {
    #[transactional(tx)]
    async fn many<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        for n in 0..1000 {
            savepoint!(tx, { put_and_end(&mut tx, n, false).await }).await.unwrap_err();
        }
        nested(&mut tx, 1).await
    }
    many(store.pool()).await.unwrap();
    assert_eq!(store.rows().await, (1..=50).collect::<Vec<_>>());
    store.assert_whole().await;
}

#[tokio::test]
async fn t23_postgres_the_names_of_undone_savepoints_are_gone() {
    #[transactional(tx)]
    async fn undone(tx: impl Begin<Postgres>, n: i64) -> Result<(), StoreError> {
        for _ in 0..3 {
            savepoint!(tx, { put_and_end(&mut tx, n, false).await }).await.unwrap_err();
        }
        // None of them is left.
        let gone = sqlx::query("RELEASE weftwork_1").execute(&mut tx).await.unwrap_err();
        assert_eq!(gone.as_database_error().unwrap().code().as_deref(), Some("3B001"), "{gone}");
        Err(NO)
    }
    let Some((store, proxy)) = PgStore::behind_proxy(1).await else { return };
    nested_call(&store.pool).await.unwrap();
    let set: Vec<_> =
        proxy.log().into_iter().filter(|sql| sql.starts_with("SAVEPOINT weftwork_") && !sql.contains(';')).collect();
    let unique: std::collections::BTreeSet<_> = set.iter().filter(|sql| !sql.contains("server")).collect();
    assert_eq!(unique.len(), 49, "{set:?}");
    assert!(matches!(undone(&store.pool, 100).await, Err(StoreError::Own("no"))));
    store.assert_whole().await;
}

#[transactional(tx)]
async fn nested_call(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
    nested(&mut tx, 1).await
}

#[track_caller]
fn is_duplicate(error: &StoreError) {
    let StoreError::Sql(error) = error else { panic!("{error:?}") };
    assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("23505"));
}

#[tokio::test]
async fn t24_postgres_a_statement_fails_in_a_block_that_fails() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let failed = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            put(&mut tx, 1).await
        });
        is_duplicate(&failed.await.unwrap_err());
        // Two levels at once.
        let failed = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 3).await?;
            savepoint!(tx, { put(&mut tx, 1).await }).await
        });
        is_duplicate(&failed.await.unwrap_err());
        put(&mut tx, 4).await
    }
    let Some(store) = PgStore::open(1).await else { return };
    outer(&store.pool).await.unwrap();
    assert_eq!(store.rows().await, [1, 4]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t25_postgres_a_statement_fails_in_a_block_that_swallows_it() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>, depth: u32) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let result = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            if depth == 1 {
                put(&mut tx, 1).await.unwrap_err();
                return Ok(());
            }
            // What fails in the inner one is undone there, and the outer one stays good.
            let inner = savepoint!(tx, async || -> Result<(), StoreError> {
                put(&mut tx, 1).await.unwrap_err();
                Ok(())
            });
            inner.await.unwrap_err();
            put(&mut tx, 3).await
        })
        .await;
        match result {
            Ok(()) => assert_eq!(depth, 2),
            Err(StoreError::Tx(TxError::Failed(cause))) => {
                assert_eq!(depth, 1);
                let code = cause.downcast_ref::<weftwork::StatementError>().unwrap().code();
                assert_eq!(code, Some("23505"), "{cause}");
            }
            Err(other) => panic!("{other:?}"),
        }
        put(&mut tx, 4).await
    }
    let Some(store) = PgStore::open(1).await else { return };
    outer(&store.pool, 1).await.unwrap();
    assert_eq!(store.rows().await, [1, 4]);
    store.clear().await;
    outer(&store.pool, 2).await.unwrap();
    assert_eq!(store.rows().await, [1, 2, 3, 4]);
    store.assert_whole().await;
}

async fn t26_a_panic_in_the_block<S: Base>(store: S) {
    #[transactional(tx)]
    async fn outer<Db: Backend>(tx: impl Begin<Db>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let panicking = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            panic!("on purpose")
        });
        assert!(AssertUnwindSafe(panicking).catch_unwind().await.is_err());
        assert_eq!(Db::seen(&mut tx).await?, [1]);
        put(&mut tx, 3).await
    }
    outer(store.pool()).await.unwrap();
    assert_eq!(store.rows().await, [1, 3]);
    store.assert_whole().await;
}

async fn t27_the_value_and_the_forms<S: Base>(store: S) {
    async fn in_a_helper<Db: Backend>(tx: &mut Tx<Db>) -> Result<String, StoreError> {
        let text = savepoint!(tx, async || -> Result<String, StoreError> {
            put(&mut tx, 1).await?;
            Ok("text".to_owned())
        })
        .await?;
        put(tx, 2).await?;
        Ok(text)
    }
    #[transactional(tx)]
    async fn forms<Db: Backend>(tx: impl Begin<Db>) -> Result<String, StoreError> {
        let borrowed = String::from("borrowed");
        let length = savepoint!(tx, {
            put(&mut tx, 3).await?;
            Ok::<_, StoreError>(borrowed.len())
        })
        .await?;
        assert_eq!(length, borrowed.len());
        // Dropped unpolled, nothing happens.
        drop(savepoint!(tx, { put(&mut tx, 4).await }));
        in_a_helper(&mut tx).await
    }
    assert_eq!(forms(store.pool()).await.unwrap(), "text");
    assert_eq!(store.rows().await, [1, 2, 3]);
    store.assert_whole().await;
}

#[tokio::test]
async fn t28_postgres_the_connection_is_lost_in_release() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Postgres>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let error = savepoint!(tx, { put(&mut tx, 2).await }).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Savepoint(_))), "{error:?}");
        put(&mut tx, 3).await.unwrap_err();
        savepoint!(tx, { put(&mut tx, 4).await }).await.unwrap_err();
        Ok(())
    }
    let Some((store, proxy)) = PgStore::behind_proxy(2).await else { return };
    for cut in [weftwork_tests::proxy::Proxy::cut_request, weftwork_tests::proxy::Proxy::cut_reply] {
        let _ = proxy.log();
        cut(&proxy, "RELEASE weftwork_1");
        let error = outer(&store.pool).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Commit(_) | TxError::Lost(_))), "{error:?}");
        let log = proxy.log();
        assert!(!log.iter().any(|sql| sql.contains("COMMIT")), "{log:?}");
        assert_eq!(log.iter().filter(|sql| sql.starts_with("INSERT")).count(), 2, "{log:?}");
        store.no_session_in_transaction().await;
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
    }
}
