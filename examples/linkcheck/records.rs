//! The records of a crawl: what is open, and what was found.

use serde_json::json;
use sqlx::{Row, Sqlite};
use url::Url;
use weftwork::prelude::*;

use crate::linkcheck::anchors::Anchors;
use crate::linkcheck::store::{Store, StoreError, StoredTarget};

/// How many open URLs are taken from the database at once.
const BATCH: i64 = 256;

/// A URL to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) id: i64,
    pub(crate) url: Url,
    /// Whether it belongs to a crawled site.
    pub(crate) inside: bool,
}

/// A link of a page, with where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredLink {
    pub(crate) url: String,
    pub(crate) inside: bool,
    /// What is wrong with the URL itself.
    pub(crate) defect: Option<&'static str>,
    /// Empty if there is nothing to look for.
    pub(crate) fragment: String,
    /// As written where it stands first in the page.
    pub(crate) href: String,
    pub(crate) line: u32,
    /// How often it stands in the page.
    pub(crate) count: u32,
}

/// What a page says.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Different links, also those that need no record.
    pub(crate) links: u64,
    /// The links whose goals are yet to be checked.
    pub(crate) open: Vec<StoredLink>,
    pub(crate) anchors: Anchors,
}

/// What is known about a URL once it is checked.
#[derive(Debug)]
pub(crate) enum Outcome {
    Page {
        status: u16,
        page: Page,
    },
    Resource {
        status: u16,
    },
    Moved {
        status: u16,
        to: Url,
        inside: bool,
    },
    Defect {
        status: Option<u16>,
        reason: String,
        /// Whether no server said so. A resumed crawl asks again.
        unanswered: bool,
    },
}

impl StoredLink {
    /// A link that is nothing but its goal.
    pub(crate) fn bare(url: &Url, inside: bool) -> Self {
        Self { url: url.to_string(), inside, defect: None, fragment: String::new(), href: url.to_string(), line: 0, count: 1 }
    }
}

impl Store {
    /// Makes the tables and writes down what to crawl and where to begin.
    #[transactional(tx = self.writer)]
    pub(crate) async fn begin(&self, targets: &[StoredTarget], first: &[StoredLink]) -> Result<(), StoreError> {
        sqlx::raw_sql(include_str!("schema.sql")).execute(&mut tx).await?;
        for StoredTarget { target, label } in targets {
            sqlx::query("INSERT INTO targets (kind, value, label) VALUES (?, ?, ?)")
                .bind(target.kind())
                .bind(target.value())
                .bind(label)
                .execute(&mut tx)
                .await?;
        }
        // The user's arguments are links of no page.
        insert_urls(&mut tx, first).await?;
        insert_links(&mut tx, 0, first).await
    }

    /// The next open URLs after the one with the number `after`, in the order in which they were discovered.
    pub(crate) async fn open_after(&self, after: i64, external: bool) -> Result<Vec<Job>, StoreError> {
        let rows =
            sqlx::query("SELECT id, url, inside FROM urls WHERE id > ? AND NOT done AND (inside OR ?) ORDER BY id LIMIT ?")
                .bind(after)
                .bind(external)
                .bind(BATCH)
                .fetch_all(&self.reader)
                .await?;
        rows.iter()
            .map(|row| {
                let url: &str = row.try_get("url")?;
                let url = Url::parse(url).map_err(|error| sqlx::Error::Decode(error.into()))?;
                Ok(Job { id: row.try_get("id")?, url, inside: row.try_get("inside")? })
            })
            .collect()
    }

    /// Writes down what was found at a URL, all or nothing. Gives the newly discovered URLs: of the crawled sites, and
    /// of others.
    #[transactional(tx = self.writer)]
    pub(crate) async fn save(&self, job: &Job, outcome: &Outcome) -> Result<(u64, u64), StoreError> {
        let mut discovered = (0, 0);
        let (status, reason, unanswered) = match outcome {
            Outcome::Page { status, page } => {
                discovered = insert_urls(&mut tx, &page.open).await?;
                insert_links(&mut tx, job.id, &page.open).await?;
                insert_page(&mut tx, job.id, page).await?;
                (Some(*status), None, false)
            }
            Outcome::Resource { status } => (Some(*status), None, false),
            Outcome::Moved { status, to, inside } => {
                discovered = insert_urls(&mut tx, &[StoredLink::bare(to, *inside)]).await?;
                sqlx::query("UPDATE urls SET final = (SELECT id FROM urls WHERE url = ?) WHERE id = ?")
                    .bind(to.as_str())
                    .bind(job.id)
                    .execute(&mut tx)
                    .await?;
                (Some(*status), None, false)
            }
            Outcome::Defect { status, reason, unanswered } => (*status, Some(reason), *unanswered),
        };
        sqlx::query("UPDATE urls SET done = TRUE, status = ?, reason = ?, unanswered = ? WHERE id = ?")
            .bind(status)
            .bind(reason)
            .bind(unanswered)
            .bind(job.id)
            .execute(&mut tx)
            .await?;
        Ok(discovered)
    }
}

/// Adds the URLs that are new. One statement for a whole page: its links travel as JSON.
async fn insert_urls(tx: &mut Tx<Sqlite>, links: &[StoredLink]) -> Result<(u64, u64), StoreError> {
    let rows: Vec<_> = links.iter().map(|link| json!([link.url, link.inside, link.defect])).collect();
    let new = sqlx::query(
        "INSERT INTO urls (url, inside, reason, done)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 2 IS NOT NULL FROM json_each(?) WHERE TRUE
         ON CONFLICT (url) DO NOTHING
         RETURNING inside, done",
    )
    .bind(json!(rows).to_string())
    .fetch_all(tx)
    .await?;
    let mut discovered = (0, 0);
    for row in new {
        match (row.try_get("inside")?, row.try_get("done")?) {
            (_, true) => {}
            (true, false) => discovered.0 += 1,
            (false, false) => discovered.1 += 1,
        }
    }
    Ok(discovered)
}

/// Adds the links of a page, except those whose goal is known to be good: nobody will ask for them again.
async fn insert_links(tx: &mut Tx<Sqlite>, page: i64, links: &[StoredLink]) -> Result<(), StoreError> {
    let rows: Vec<_> = links.iter().map(|link| json!([link.url, link.fragment, link.href, link.line, link.count])).collect();
    sqlx::query(
        "INSERT INTO links (page, target, fragment, href, line, count)
         SELECT ?, urls.id, value ->> 1, value ->> 2, value ->> 3, value ->> 4
         FROM json_each(?) JOIN urls ON urls.url = value ->> 0
         WHERE value ->> 1 <> '' OR NOT urls.done OR urls.reason IS NOT NULL OR urls.final IS NOT NULL",
    )
    .bind(page)
    .bind(json!(rows).to_string())
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert_page(tx: &mut Tx<Sqlite>, id: i64, page: &Page) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO pages (id, links, anchors) VALUES (?, ?, ?)")
        .bind(id)
        .bind(page.links.cast_signed())
        .bind(page.anchors.to_bytes())
        .execute(tx)
        .await?;
    Ok(())
}
