//! `#[transactional]` and `savepoint!`.

use super::names::*;

struct Refused(::weftwork::TxError);

impl ::core::convert::From<::weftwork::TxError> for Refused {
    fn from(error: ::weftwork::TxError) -> Self {
        Refused(error)
    }
}

type Answer<T = u8> = ::core::result::Result<T, Refused>;

// ---- hidden names ----

struct Tx;
struct TxError;
trait Begin {
    fn begin(&self) -> u8 {
        0
    }
    fn end(self) -> u8
    where
        Self: ::core::marker::Sized,
    {
        0
    }
    fn failed(&self) -> u8 {
        0
    }
}
impl<T: ?::core::marker::Sized> Begin for T {}
fn begin() {}
fn ending() {}
fn savepoint() {}

fn used() {
    let _hidden = (Tx, TxError, begin(), ending(), savepoint(), None, Some, Ok(), Err(), Result, Option);
}

async fn helper<Db: ::weftwork::Database>(tx: &mut ::weftwork::Tx<Db>) -> Answer {
    ::weftwork::savepoint!(tx, async || -> Answer { Answer::Ok(1) }).await
}

#[::weftwork::transactional(tx)]
async fn transaction<Db: ::weftwork::Database>(tx: impl ::weftwork::Begin<Db>) -> Answer {
    used();
    ::weftwork::savepoint!(tx, { helper(&mut tx).await }).await?;
    helper(&mut tx).await
}

struct Service<Pool> {
    pool: Pool,
}

impl<Pool> Service<Pool> {
    #[::weftwork::limit(8)]
    #[::weftwork::limit(4)]
    #[::weftwork::transactional(tx = self.pool)]
    async fn stack<Db: ::weftwork::Database>(&self) -> Answer
    where
        for<'a> &'a Pool: ::weftwork::Begin<Db>,
    {
        joined::<Db>(&mut tx).await
    }
}

#[::weftwork::transactional(tx)]
async fn joined<Db: ::weftwork::Database>(tx: &mut ::weftwork::Tx<Db>) -> Answer {
    helper(&mut tx).await
}

// ---- names of the user's that are also those of generated locals ----

#[::weftwork::transactional(tx = source)]
async fn parameters<Db: ::weftwork::Database>(
    source: impl ::weftwork::Begin<Db>,
    scope: u8,
    begun: u8,
    error: u8,
    result: u8,
    ending: u8,
) -> Answer {
    let (scope, result) = (scope + begun + ending, result + error);
    let value = ::weftwork::savepoint!(tx, async || -> Answer {
        let ending = scope + result + error;
        Answer::Ok(ending)
    });
    value.await
}

/// The transaction under the name of a generated local.
#[::weftwork::transactional(tx = scope)]
async fn of_the_scope<Db: ::weftwork::Database>(scope: impl ::weftwork::Begin<Db>) -> Answer {
    let ending = &mut tx;
    ::weftwork::savepoint!(ending, { helper(&mut ending).await }).await
}
