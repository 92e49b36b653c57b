//! The database of a crawl, in SQLite.
//!
//! Everything that a crawl learns from one URL is written in one transaction (see `records`), and a URL without such a
//! record is open. So the file alone says where a crawl stands, however the program ended.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row};
use tempfile::TempDir;
use thiserror::Error;

use crate::linkcheck::target::{Target, TargetError};

/// Marks a database as ours: "wlnk" in SQLite's `application_id`.
const APPLICATION: i32 = 0x776c_6e6b;
/// The version of the tables, in SQLite's `user_version`.
const VERSION: i32 = 1;
/// What every SQLite file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// What went wrong with the database.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    #[error("{0} is not a database of linkcheck")]
    NotOurs(PathBuf),
    #[error("{0} was written by another version of linkcheck")]
    Version(PathBuf),
    #[error("{0} already holds a crawl: go on with it by --resume, or choose another file")]
    Taken(PathBuf),
    #[error("there is no crawl to resume in {0}")]
    Nothing(PathBuf),
    #[error("{path} holds a crawl of {stored}, not of {asked}")]
    OtherTargets { path: PathBuf, stored: String, asked: String },
    #[error("cannot open the database {path}: {cause}")]
    Open { path: PathBuf, cause: sqlx::Error },
    #[error("cannot make a temporary database: {0}")]
    Temporary(io::Error),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database failed: {0}")]
    Transaction(#[from] weftwork::TxError),
}

/// How the URLs stand.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) pages: u64,
    pub(crate) links: u64,
    /// Checked URLs, pages included.
    pub(crate) checked: u64,
    /// Checked URLs that are defective.
    pub(crate) defective: u64,
    /// Open URLs of the crawled sites.
    pub(crate) open: u64,
    /// Unchecked URLs of other sites.
    pub(crate) outside: u64,
}

/// A target as the database remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredTarget {
    pub(crate) target: Target,
    /// What reports write before the paths of its pages.
    pub(crate) label: String,
}

/// The database of one crawl.
#[derive(Debug)]
pub(crate) struct Store {
    /// SQLite has one writer at a time: one connection, for which the writers queue.
    pub(crate) writer: SqlitePool,
    pub(crate) reader: SqlitePool,
    path: PathBuf,
    temporary: Option<TempDir>,
}

impl Store {
    /// A new database at `path`, or a temporary one.
    pub(crate) async fn create(path: Option<&Path>) -> Result<Self, StoreError> {
        let Some(path) = path else {
            // A folder of its own, since SQLite keeps further files next to the database.
            let folder = tempfile::Builder::new().prefix("linkcheck-").tempdir();
            let folder = folder.map_err(StoreError::Temporary)?;
            return Self::open(folder.path().join("crawl.db"), Some(folder)).await;
        };
        if holds_a_crawl(path).await? {
            return Err(StoreError::Taken(path.to_owned()));
        }
        Self::open(path.to_owned(), None).await
    }

    /// The crawl in the database at `path`.
    pub(crate) async fn resume(path: &Path) -> Result<Self, StoreError> {
        if !holds_a_crawl(path).await? {
            return Err(StoreError::Nothing(path.to_owned()));
        }
        Self::open(path.to_owned(), None).await
    }

    async fn open(path: PathBuf, temporary: Option<TempDir>) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A power cut may cost the last pages, which are then fetched again; the end of the program costs none.
            .synchronous(SqliteSynchronous::Normal);
        let open = |cause| StoreError::Open { path: path.clone(), cause };
        let writer = SqlitePoolOptions::new().max_connections(1);
        let writer = writer.connect_with(options.clone().pragma("cache_size", "-16000")).await.map_err(open)?;
        let reader = SqlitePoolOptions::new().max_connections(2).connect_lazy_with(options);
        Ok(Self { writer, reader, path, temporary })
    }

    /// Opens what no server has answered: the network may be back.
    pub(crate) async fn ask_again(&self) -> Result<(), StoreError> {
        sqlx::query("UPDATE urls SET done = FALSE, reason = NULL, unanswered = FALSE WHERE unanswered")
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the database if it is a temporary one.
    pub(crate) fn keep(&mut self) {
        self.temporary.take().map(TempDir::keep);
    }

    /// Writes everything back into the one file.
    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// The targets of the crawl, in their order.
    pub(crate) async fn targets(&self) -> Result<Vec<StoredTarget>, StoreError> {
        let rows = sqlx::query("SELECT kind, value, label FROM targets ORDER BY id").fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                let target = Target::from_stored(row.try_get("kind")?, row.try_get("value")?)?;
                Ok(StoredTarget { target, label: row.try_get("label")? })
            })
            .collect()
    }

    pub(crate) async fn counts(&self) -> Result<Counts, StoreError> {
        let row = sqlx::query(
            "SELECT count(*) FILTER (WHERE done) AS checked,
                    count(*) FILTER (WHERE done AND reason IS NOT NULL) AS defective,
                    count(*) FILTER (WHERE NOT done AND inside) AS open,
                    count(*) FILTER (WHERE NOT done AND NOT inside) AS outside,
                    (SELECT count(*) FROM pages) AS pages,
                    (SELECT coalesce(sum(links), 0) FROM pages) AS links
             FROM urls",
        )
        .fetch_one(&self.reader)
        .await?;
        let get = |column| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
        Ok(Counts {
            pages: get("pages")?,
            links: get("links")?,
            checked: get("checked")?,
            defective: get("defective")?,
            open: get("open")?,
            outside: get("outside")?,
        })
    }
}

/// Whether there is a crawl at `path`; nothing there is no crawl, something else there is an error. Changes nothing.
async fn holds_a_crawl(path: &Path) -> Result<bool, StoreError> {
    let open = |cause| StoreError::Open { path: path.to_owned(), cause };
    // SQLite itself takes a file of a few bytes for an empty database, and would write over it.
    match read_start(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(open(error.into())),
        Ok(start) if start.is_empty() => return Ok(false),
        Ok(start) if start != MAGIC => return Err(StoreError::NotOurs(path.to_owned())),
        Ok(_) => {}
    }
    let mut file = SqliteConnectOptions::new().filename(path).connect().await.map_err(open)?;
    let pragma = async |name: &'static str, file: &mut _| sqlx::query_scalar::<_, i32>(name).fetch_one(file).await;
    let application = pragma("PRAGMA application_id", &mut file).await.map_err(open)?;
    let version = pragma("PRAGMA user_version", &mut file).await.map_err(open)?;
    // A run that ended before its first record leaves a database without tables.
    let tables = pragma("SELECT count(*) FROM sqlite_schema", &mut file).await.map_err(open)?;
    file.close().await.map_err(open)?;
    match (application, version) {
        _ if tables == 0 => Ok(false),
        (APPLICATION, VERSION) => Ok(true),
        (APPLICATION, _) => Err(StoreError::Version(path.to_owned())),
        _ => Err(StoreError::NotOurs(path.to_owned())),
    }
}

fn read_start(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkcheck::target::Target;

    #[tokio::test]
    async fn a_crawl_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crawl.db");
        assert!(matches!(Store::resume(&path).await, Err(StoreError::Nothing(_))));
        let planted = StoredTarget { target: Target::Planted, label: "/".into() };
        let store = Store::create(Some(&path)).await.unwrap();
        // Nothing is in it yet: it may be begun anew.
        assert!(matches!(Store::resume(&path).await, Err(StoreError::Nothing(_))));
        store.begin(std::slice::from_ref(&planted), &[]).await.unwrap();
        store.close().await;

        assert!(matches!(Store::create(Some(&path)).await, Err(StoreError::Taken(_))));
        let store = Store::resume(&path).await.unwrap();
        assert_eq!(store.targets().await.unwrap(), [planted]);
        sqlx::query("PRAGMA user_version = 99").execute(&store.writer).await.unwrap();
        store.close().await;
        assert!(matches!(Store::resume(&path).await, Err(StoreError::Version(_))));
    }

    #[tokio::test]
    async fn a_temporary_crawl_leaves_nothing_behind_unless_it_is_kept() {
        let store = Store::create(None).await.unwrap();
        let folder = store.path().parent().unwrap().to_owned();
        store.close().await;
        assert!(folder.exists());
        drop(store);
        assert!(!folder.exists());

        let mut store = Store::create(None).await.unwrap();
        let folder = store.path().parent().unwrap().to_owned();
        store.keep();
        store.close().await;
        drop(store);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
