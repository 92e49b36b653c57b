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

// ---- options ----

struct TxOptions;
struct Isolation;
struct Propagation;
trait Opened {
    fn open(&self) -> u8 {
        0
    }
    fn with(&self, _: u8) -> u8 {
        0
    }
    fn telling(&self, _: u8) -> u8 {
        0
    }
    fn run(&self, _: u8) -> u8 {
        0
    }
    fn over(&self) -> u8 {
        0
    }
}
impl<T: ?::core::marker::Sized> Opened for T {}
fn transaction_of() {}
fn holds() {}
fn in_words() {}
fn cloned() {}

fn used_too() {
    let _hidden = (TxOptions, Isolation, Propagation, transaction_of(), holds(), in_words(), cloned());
}

#[::weftwork::transactional(
    tx,
    isolation = serializable,
    read_only,
    propagation = nested,
    retry = 5,
    timeout = 2s,
    rollback_if = |value| *value > 9,
    commit_on(Refused(::weftwork::TxError::Escaped) | Refused(_))
)]
async fn all_options<Db: ::weftwork::Database>(tx: impl ::weftwork::Begin<Db>) -> Answer {
    used_too();
    helper(&mut tx).await
}

/// Arguments under the names of generated locals, evaluated before and behind the body.
#[::weftwork::transactional(
    tx,
    retry = transaction,
    timeout = options,
    rollback_if = |value| *value > result + scope + commits,
    commit_on(error if { let Refused(_) = error; pause > 3 }),
    clone(source)
)]
async fn parameters_of_options<Db: ::weftwork::Database>(
    tx: impl ::weftwork::Begin<Db>,
    source: u8,
    transaction: u32,
    options: ::core::time::Duration,
    result: u8,
    scope: u8,
    [commits, pause, ending]: [u8; 3],
) -> Answer {
    let __value = helper(&mut tx).await?;
    Answer::Ok(source + ending + __value)
}
