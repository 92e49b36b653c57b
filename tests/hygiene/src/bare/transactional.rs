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

#[::weftwork::transactional(
    tx, isolation = repeatable_read, read_only, propagation = requires_new, retry = 5, timeout = 2s,
    rollback_if = |value| *value > 9, commit_on(::weftwork::TxError::Escaped)
)]
async fn all_options<Db: ::weftwork::Database>(tx: impl ::weftwork::Begin<Db>) -> Answer {
    transaction(&mut tx).await
}

#[::weftwork::transactional(tx, retry = most, timeout = ::weftwork::secs(2), clone(name))]
async fn evaluated<Db: ::weftwork::Database>(
    tx: impl ::weftwork::Begin<Db>,
    most: u32,
    name: ::std::string::String,
) -> ::core::result::Result<::std::string::String, ::weftwork::TxError> {
    transaction(&mut tx).await?;
    ::core::result::Result::Ok(name)
}
