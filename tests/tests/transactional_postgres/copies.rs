//! A `COPY` on the transaction's connection that is given up: the driver then takes each answer for that of the statement before it.

use futures::TryStreamExt;
use sqlx::{PgConnection, Postgres};
use weftwork::{Begin, transactional};
use weftwork_tests::store::StoreError;

use crate::kit::{put, warm};

/// Copies rows in, and is given up in the middle.
#[transactional(tx)]
async fn copying(tx: impl Begin<Postgres>, goes_on: bool) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    let connection: &mut PgConnection = tx.connection().await?.as_mut();
    let mut copy = connection.copy_in_raw("COPY t FROM STDIN").await?;
    copy.send(&b"2\n3\n"[..]).await?;
    drop(copy);
    if goes_on {
        put(&mut tx, 4).await?;
    }
    Ok(())
}

#[tokio::test]
async fn t33_a_copy_that_is_given_up() {
    let Some((store, _proxy)) = warm().await else { return };
    // sqlx reads the answer to the next statement where it belongs to this one: such a connection may not go back.
    for goes_on in [false, true] {
        copying(&store.pool, goes_on).await.unwrap_err();
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
        store.no_session_in_transaction().await;
    }
}

/// Copies rows out, stops reading, and writes what COMMIT refuses.
#[transactional(tx)]
async fn copying_out(tx: impl Begin<Postgres>, goes_on: bool) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO late VALUES (1), (1)").execute(&mut tx).await?;
    put(&mut tx, 1).await?;
    let connection: &mut PgConnection = tx.connection().await?.as_mut();
    let mut copy = connection.copy_out_raw("COPY (SELECT generate_series(1, 10000)) TO STDOUT").await?;
    copy.try_next().await?.unwrap();
    drop(copy);
    if goes_on {
        put(&mut tx, 2).await?;
    }
    Ok(())
}

#[tokio::test]
async fn t33_an_answer_to_something_else_is_not_taken_for_a_commit() {
    let Some((store, _proxy)) = warm().await else { return };
    for goes_on in [false, true] {
        let error = copying_out(&store.pool, goes_on).await.unwrap_err();
        assert!(error.to_string().contains("not committed") || error.to_string().contains("could not commit"), "{error:?}");
        assert!(store.rows().await.is_empty());
        store.assert_whole().await;
        store.no_session_in_transaction().await;
    }
}
