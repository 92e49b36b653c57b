//! `#[transactional]` and `savepoint!`.

use woven::{Begin, Database, Tx, TxError, savepoint, transactional};

/// Through `$crate`, which needs no name.
///
/// # Errors
/// When the savepoint fails.
pub async fn part<Db: Database>(tx: &mut Tx<Db>) -> Result<u8, TxError> {
    savepoint!(tx, async || -> Result<u8, TxError> { Ok(1) }).await
}

/// On a parameter.
///
/// # Errors
/// When the transaction fails.
#[transactional(tx, crate = woven)]
pub async fn whole<Db: Database>(tx: impl Begin<Db>) -> Result<u8, TxError> {
    part(&mut tx).await
}

/// On an expression, through a re-export.
///
/// # Errors
/// When the transaction fails.
#[transactional(crate = crate::reexport::fabric, tx = sources.0)]
pub async fn of_an_expression<Db, S>(sources: (S,)) -> Result<u8, TxError>
where
    Db: Database,
    for<'a> &'a S: Begin<Db>,
{
    whole(&mut tx).await
}

/// With every option.
///
/// # Errors
/// When the transaction fails.
#[transactional(
    tx, isolation = read_committed, read_only, propagation = nested, retry = most, timeout = 2s, clone(name),
    rollback_if = String::is_empty, commit_on(TxError::Escaped), crate = woven
)]
pub async fn with_options<Db: Database>(tx: impl Begin<Db>, most: u32, name: String) -> Result<String, TxError> {
    part(&mut tx).await?;
    Ok(name)
}

/// By a macro of this crate, that knows it as `$crate`.
macro_rules! by_macro {
    ($name:ident) => {
        /// Generated.
        ///
        /// # Errors
        /// When the transaction fails.
        #[$crate::reexport::fabric::transactional(tx, retry = 2, timeout = 2s, crate = $crate::reexport::fabric)]
        pub async fn $name<Db: Database>(tx: impl Begin<Db>) -> Result<u8, TxError> {
            Ok(1)
        }
    };
}
by_macro!(generated);
