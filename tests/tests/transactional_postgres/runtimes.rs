//! Dropped on a thread without a runtime, and when the runtime has ended (T69).

use std::pin::Pin;

use sqlx::PgPool;
use sqlx::Postgres;
use sqlx::postgres::PgPoolOptions;
use tokio::runtime::Runtime;
use weftwork::{Begin, savepoint, transactional};
use weftwork_tests::postgres::{OUTSIDE, PgStore};
use weftwork_tests::store::StoreError;

use crate::kit::{NO, SIDES, add, add_and_fail, assert_clean, hold, processes, put, warm};

#[transactional(tx)]
async fn dividing(tx: impl Begin<Postgres>, succeeds: bool) -> Result<(), StoreError> {
    put(&mut tx, 1).await?;
    savepoint!(tx, async || -> Result<(), StoreError> {
        put(&mut tx, 2).await?;
        if succeeds { Ok(()) } else { Err(NO) }
    })
    .await
}

const STATEMENTS: [&str; 7] =
    ["BEGIN", "INSERT", "SAVEPOINT weftwork_1", "RELEASE weftwork_1", "ROLLBACK TO weftwork_1", "COMMIT", "ROLLBACK"];

fn call<'p>(pool: &'p PgPool, statement: &str) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'p>> {
    match statement {
        "ROLLBACK" => Box::pin(add_and_fail(pool, 1)),
        "ROLLBACK TO weftwork_1" => Box::pin(dividing(pool, false)),
        _ => Box::pin(dividing(pool, true)),
    }
}

#[tokio::test]
async fn t69_dropped_on_a_thread_without_a_runtime() {
    let Some((store, proxy)) = warm().await else { return };
    let before = processes(&store).await;
    let pool: &'static PgPool = Box::leak(Box::new(store.pool.clone()));
    for statement in STATEMENTS {
        for side in SIDES {
            let gate = hold(&proxy, statement, side);
            let mut call = call(pool, statement);
            gate.reach(call.as_mut()).await;
            std::thread::spawn(move || drop(call)).join().expect("no panic");
            gate.release();
            assert_clean(&store, &before).await;
            assert_eq!(store.rows().await.len(), if statement == "COMMIT" { 2 } else { 0 }, "{statement}");
            sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
        }
    }
}

#[test]
fn t69_the_runtime_has_ended() {
    let world = Runtime::new().unwrap();
    let Some((store, proxy)) = world.block_on(PgStore::behind_proxy(1)) else { return };
    let options = store.options_through(&proxy);
    for statement in STATEMENTS {
        for side in SIDES {
            for before_the_drop in [true, false] {
                let runtime = Runtime::new().unwrap();
                let pool = PgPoolOptions::new().max_connections(1);
                let pool = runtime.block_on(pool.connect_with(options.clone())).unwrap();
                let gate = hold(&proxy, statement, side);
                let mut call = call(&pool, statement);
                runtime.block_on(gate.reach(call.as_mut()));
                // Neither a panic nor a wait, whichever goes first.
                if before_the_drop {
                    drop(runtime);
                    drop(call);
                } else {
                    drop(call);
                    drop(runtime);
                }
                drop(pool);
                gate.release();
                world.block_on(async {
                    store.until("it is gone", |all| all.iter().all(|session| session.application_name != OUTSIDE)).await;
                    let rows = store.rows().await;
                    assert!(rows.is_empty() || rows == [1, 2] && statement == "COMMIT", "{statement} {side:?}: {rows:?}");
                    sqlx::query("DELETE FROM t").execute(&store.pool).await.unwrap();
                });
            }
        }
    }
    world.block_on(async {
        add(&store.pool, &[1]).await.unwrap();
        store.assert_whole().await;
    });
}
