//! `savepoint!` on SQLite, and what safe code can do to a `Tx`.

use std::future::Future;
use std::mem;

use futures::FutureExt;
use sqlx::{Sqlite, SqlitePool};
use weftwork::{Begin, Tx, TxError, savepoint, transactional};
use weftwork_tests::store::{Store, StoreError, put};

const NO: StoreError = StoreError::Own("no");

async fn put_and_end(tx: &mut Tx<Sqlite>, n: i64, succeeds: bool) -> Result<(), StoreError> {
    put(tx, n).await?;
    if succeeds { Ok(()) } else { Err(NO) }
}

#[transactional(tx)]
async fn joined(tx: impl Begin<Sqlite>, n: i64, succeeds: bool) -> Result<(), StoreError> {
    put_and_end(&mut tx, n, succeeds).await
}

#[tokio::test]
async fn t21_inner_times_outer() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Sqlite>, outer: bool, inner: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let result = savepoint!(tx, { put_and_end(&mut tx, 2, inner).await }).await;
        assert_eq!(result.is_ok(), inner);
        put_and_end(&mut tx, 3, outer).await
    }
    for store in Store::both(2).await {
        for (outer_ok, inner_ok, rows) in
            [(true, true, &[1, 2, 3][..]), (true, false, &[1, 3]), (false, true, &[]), (false, false, &[])]
        {
            assert_eq!(outer(&store.pool, outer_ok, inner_ok).await.is_ok(), outer_ok);
            assert_eq!(store.rows().await, rows);
            sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
        }
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t22_three_levels_undone_to_the_one_that_caught() {
    #[transactional(tx)]
    async fn three(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
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
    for store in Store::both(2).await {
        three(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, [1, 5, 6]);
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t23_many_in_a_row_and_many_nested() {
    fn nested(tx: &mut Tx<Sqlite>, depth: i64) -> std::pin::Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
        Box::pin(async move {
            put(tx, depth).await?;
            if depth == 50 {
                return Ok(());
            }
            savepoint!(tx, { nested(&mut tx, depth + 1).await }).await
        })
    }
    #[transactional(tx)]
    async fn many(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        for n in 0..1000 {
            savepoint!(tx, { put_and_end(&mut tx, n, false).await }).await.unwrap_err();
        }
        // The names of those that were undone are gone.
        let gone = sqlx::query("RELEASE weftwork_1").execute(&mut tx).await.unwrap_err();
        assert!(gone.to_string().contains("no such savepoint"), "{gone}");
        nested(&mut tx, 1).await
    }
    for store in Store::both(2).await {
        many(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, (1..=50).collect::<Vec<_>>());
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t13_a_joined_call_fails_in_a_savepoint() {
    #[transactional(tx)]
    async fn swallowed(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let result = savepoint!(tx, async || -> Result<(), StoreError> {
            put(&mut tx, 2).await?;
            let _ = joined(&mut tx, 3, false).await;
            Ok(())
        })
        .await;
        assert!(matches!(result, Err(StoreError::Tx(TxError::Doomed { function: "joined", .. }))), "{result:?}");
        // In a good savepoint within one that is undone.
        savepoint!(tx, async || -> Result<(), StoreError> {
            let _ = joined(&mut tx, 4, false).await;
            savepoint!(tx, { joined(&mut tx, 5, true).await }).await?;
            savepoint!(tx, { joined(&mut tx, 6, false).await }).await.unwrap_err();
            Ok(())
        })
        .await
        .unwrap_err();
        put(&mut tx, 7).await
    }
    /// Joined calls and savepoints in turns, the innermost failing.
    #[transactional(tx)]
    async fn turns(tx: impl Begin<Sqlite>, depth: i64) -> Result<(), StoreError> {
        put(&mut tx, depth).await?;
        if depth == 4 {
            return Err(NO);
        }
        savepoint!(tx, { Box::pin(turns(&mut *tx, depth + 1)).await })
            .await
            .or_else(|_| if depth == 2 { Ok(()) } else { Err(NO) })
    }
    for store in Store::both(2).await {
        swallowed(&store.pool).await.unwrap();
        assert_eq!(store.rows().await, [1, 7]);
        sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
        turns(&store.pool, 1).await.unwrap();
        assert_eq!(store.rows().await, [1, 2]);
        store.assert_whole().await;
    }
}

#[tokio::test]
async fn t27_the_value_and_the_forms() {
    async fn in_a_helper(tx: &mut Tx<Sqlite>) -> Result<String, StoreError> {
        // Neither `mut tx` nor anything else is asked of the helper.
        let text = savepoint!(tx, async || -> Result<String, StoreError> {
            put(&mut tx, 1).await?;
            Ok("text".to_owned())
        })
        .await?;
        put(tx, 2).await?;
        Ok(text)
    }
    #[transactional(tx)]
    async fn forms(tx: impl Begin<Sqlite>) -> Result<String, StoreError> {
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
    for store in Store::both(2).await {
        assert_eq!(forms(&store.pool).await.unwrap(), "text");
        assert_eq!(store.rows().await, [1, 2, 3]);
        store.assert_whole().await;
    }
}

/// Puts `n`, and exchanges the transaction for `other`.
#[transactional(tx)]
async fn swapping(tx: impl Begin<Sqlite>, other: &mut Tx<Sqlite>, n: i64) -> Result<(), StoreError> {
    put(&mut tx, n).await?;
    mem::swap(&mut *tx, other);
    Ok(())
}

#[tokio::test]
async fn t81_swapped_transactions_are_rolled_back_both() {
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Sqlite>, pool: &SqlitePool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let error = swapping(pool, &mut tx, 2).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Escaped)), "{error:?}");
        // On the other's connection now.
        put(&mut tx, 3).await
    }
    // Two files: on one, the second writer would wait for the first.
    let [first, second] = Store::both(1).await;
    let error = outer(&first.pool, &second.pool).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Escaped)), "{error:?}");
    for store in [first, second] {
        store.assert_whole().await;
        assert!(store.rows().await.is_empty());
    }
}

#[tokio::test]
async fn t81_swapped_and_swapped_back() {
    #[transactional(tx)]
    async fn inner(tx: impl Begin<Sqlite>, other: &mut Tx<Sqlite>) -> Result<(), StoreError> {
        mem::swap(&mut *tx, other);
        put(&mut tx, 1).await?;
        mem::swap(&mut *tx, other);
        put(&mut tx, 2).await
    }
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Sqlite>, pool: &SqlitePool) -> Result<(), StoreError> {
        inner(pool, &mut tx).await
    }
    let [first, second] = Store::both(1).await;
    outer(&first.pool, &second.pool).await.unwrap();
    assert_eq!(first.rows().await, [1]);
    assert_eq!(second.rows().await, [2]);
}

#[tokio::test]
async fn t81_swapped_back_only_after_its_part_has_failed() {
    /// The inner part loses its transaction to `other`, fails, and the outer fetches it back: what the inner one did may not be
    /// committed, since that was reported as failed.
    #[transactional(tx)]
    async fn outer(tx: impl Begin<Sqlite>, other: &mut Tx<Sqlite>, in_savepoint: bool) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let inner = if in_savepoint {
            savepoint!(tx, async || -> Result<(), StoreError> {
                put(&mut tx, 2).await?;
                mem::swap(&mut *tx, other);
                Ok(())
            })
            .await
        } else {
            swapping(&mut tx, other, 2).await
        };
        assert!(matches!(inner, Err(StoreError::Tx(TxError::Escaped))), "{inner:?}");
        mem::swap(&mut *tx, other);
        put(&mut tx, 3).await
    }
    #[transactional(tx)]
    async fn around(tx: impl Begin<Sqlite>, pool: &SqlitePool, in_savepoint: bool) -> Result<(), StoreError> {
        let error = outer(pool, &mut tx, in_savepoint).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Escaped)), "{error:?}");
        Ok(())
    }
    for in_savepoint in [false, true] {
        let [first, second] = Store::both(1).await;
        let error = around(&first.pool, &second.pool, in_savepoint).await.unwrap_err();
        assert!(matches!(error, StoreError::Tx(TxError::Escaped)), "{error:?}");
        for store in [first, second] {
            store.assert_whole().await;
            assert!(store.rows().await.is_empty());
        }
    }
}

#[tokio::test]
async fn t81_a_leaked_joined_call_takes_the_transaction_with_it() {
    #[transactional(tx)]
    async fn pending(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        std::future::pending().await
    }
    #[transactional(tx)]
    async fn leaking(tx: impl Begin<Sqlite>) -> Result<(), StoreError> {
        put(&mut tx, 1).await?;
        let mut call = Box::pin(pending(&mut *tx));
        assert!(call.as_mut().now_or_never().is_none());
        mem::forget(call);
        assert!(put(&mut tx, 3).await.is_err());
        Ok(())
    }
    let [store, _] = Store::both(2).await;
    let error = leaking(&store.pool).await.unwrap_err();
    assert!(matches!(error, StoreError::Tx(TxError::Escaped)), "{error:?}");
    assert!(store.rows().await.is_empty());
}
