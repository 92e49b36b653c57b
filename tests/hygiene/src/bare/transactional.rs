//! `#[transactional]` and `savepoint!`.
#![no_implicit_prelude]

type Answer = ::core::result::Result<u8, ::weftwork::TxError>;

async fn helper<Db: ::weftwork::Database>(tx: &mut ::weftwork::Tx<Db>) -> Answer {
    ::weftwork::savepoint!(tx, async || -> Answer { Answer::Ok(1) }).await
}

#[::weftwork::transactional(tx)]
async fn transaction<Db: ::weftwork::Database>(tx: impl ::weftwork::Begin<Db>) -> Answer {
    ::weftwork::savepoint!(tx, { helper(&mut tx).await }).await
}

#[::weftwork::transactional(tx = source)]
async fn of_another_name<Db: ::weftwork::Database>(source: impl ::weftwork::Begin<Db>) -> Answer {
    transaction(&mut tx).await
}
