//! In a PostgreSQL server of its own: as it is installed, and without its waits for the disk, so that what is beside it weighs most.

use std::hint::black_box;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use weftwork::transactional;

use super::{BALANCES, Bank, DEPOSIT, TransferError, WITHDRAW};
use crate::measure::Bench;
use crate::one_core::on_one_core;
use server::Server;

// Of the tests, whose package has features on that would be measured along.
#[path = "../../../../support/postgres/server.rs"]
#[expect(dead_code, unreachable_pub, reason = "the tests ask for more of it, from outside")]
mod server;

pub(super) fn run(bench: &mut Bench<'_>) {
    // The server, too: where it lives on a core of its own, chance decides which side wakes it more often.
    on_one_core(|| {
        let Some(server) = Server::get() else { return };
        transfers(bench, server, "PostgreSQL transfer, two updates", "on");
        transfers(bench, server, "the same, nothing waits for the disk", "off");
    });
}

fn transfers(bench: &mut Bench<'_>, server: &Server, case: &'static str, is_durable: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    let ours = runtime.block_on(open(server, "ours", is_durable));
    let theirs = runtime.block_on(open(server, "by_hand", is_durable));
    bench
        .case(case, 2)
        .micros()
        .with_threads()
        .ours(|| ours.moved(&runtime, |pool| transfer(pool, black_box(1), black_box(2), 1)))
        .peer("sqlx begin and commit", || theirs.moved(&runtime, |pool| transfer_by_hand(pool, black_box(1), black_box(2), 1)))
        .time()
        .allocations();
    for bank in [ours, theirs] {
        runtime.block_on(close(bank));
    }
}

#[transactional(tx = pool)]
async fn transfer(pool: &PgPool, from: i64, to: i64, cents: i64) -> Result<u64, TransferError> {
    let withdrawn = sqlx::query(WITHDRAW).bind(cents).bind(from).execute(&mut tx).await?;
    let deposited = sqlx::query(DEPOSIT).bind(cents).bind(to).execute(&mut tx).await?;
    Ok(withdrawn.rows_affected() + deposited.rows_affected())
}

async fn transfer_by_hand(pool: &PgPool, from: i64, to: i64, cents: i64) -> Result<u64, TransferError> {
    let mut tx = pool.begin().await?;
    let withdrawn = sqlx::query(WITHDRAW).bind(cents).bind(from).execute(&mut *tx).await?;
    let deposited = sqlx::query(DEPOSIT).bind(cents).bind(to).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(withdrawn.rows_affected() + deposited.rows_affected())
}

/// A pool of one connection, and a schema of its own.
async fn open(server: &Server, schema: &str, is_durable: &str) -> Bank<PgPool> {
    let options = PgConnectOptions::new_without_pgpass()
        .socket(&server.folder)
        .port(5432)
        .username("postgres")
        .database("postgres")
        .ssl_mode(PgSslMode::Disable)
        .options([("search_path", schema)]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.expect("the server is there");
    // The tests' server waits for nothing.
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let set = format!("ALTER SYSTEM SET {setting} = {is_durable}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(set)).execute(&pool).await.expect("the server can be set");
    }
    sqlx::raw_sql("SELECT pg_reload_conf()").execute(&pool).await.expect("the server reads it");
    let accounts = format!(
        "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; CREATE TABLE {schema}.accounts (id BIGINT PRIMARY KEY, cents BIGINT); \
         INSERT INTO {schema}.accounts VALUES (1, 0), (2, 0)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(accounts)).execute(&pool).await.expect("the accounts are opened");
    Bank::new(pool)
}

async fn close(bank: Bank<PgPool>) {
    let balances: Vec<i64> = sqlx::query_scalar(BALANCES).fetch_all(&bank.pool).await.expect("the accounts can be read");
    bank.check(&balances);
    bank.pool.close().await;
}
