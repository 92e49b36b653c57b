//! What a crawl has found, asked from the database.

use futures_core::Stream;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use weftwork::prelude::*;

use crate::linkcheck::anchors::Anchors;
use crate::linkcheck::store::{Store, StoreError};

/// Longer chains of redirects than 2 to this power end nowhere.
const ROUNDS: u32 = 10;

/// A broken link. URLs are as in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BrokenLink {
    /// None for what the user named.
    pub(crate) page: Option<String>,
    pub(crate) line: u32,
    /// As written in the page.
    pub(crate) href: String,
    /// Where it leads to.
    pub(crate) target: String,
    pub(crate) status: Option<u16>,
    pub(crate) reason: String,
    /// How often the page has it.
    pub(crate) count: u32,
}

impl Store {
    /// Draws the conclusions that need all pages; to be called once everything is fetched.
    pub(crate) async fn conclude(&self) -> Result<(), StoreError> {
        self.join_redirects().await?;
        self.find_missing_places().await
    }

    /// Lets every redirect point to its end. (HTTP's redirects do so already; pages that lead on may follow each other.)
    #[transactional(tx = self.writer)]
    async fn join_redirects(&self) -> Result<(), StoreError> {
        // Each round at least halves the distance, so what is not at its end after these rounds has none.
        for _ in 0..ROUNDS {
            let shortened = sqlx::query(
                "UPDATE urls SET final = next.final FROM urls AS next
                 WHERE next.id = urls.final AND next.final IS NOT NULL",
            )
            .execute(&mut tx)
            .await?;
            if shortened.rows_affected() == 0 {
                return Ok(());
            }
        }
        sqlx::query(
            "UPDATE urls SET reason = 'redirect loop', final = NULL
             WHERE final IN (SELECT id FROM urls WHERE final IS NOT NULL)",
        )
        .execute(&mut tx)
        .await?;
        Ok(())
    }

    /// Looks for the places that links ask for. A page that was not read, or is no HTML, has whatever is asked for.
    #[transactional(tx = self.writer)]
    async fn find_missing_places(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM missing").execute(&mut tx).await?;
        let asked = sqlx::query(
            "SELECT DISTINCT pages.id, links.fragment
             FROM links JOIN urls ON urls.id = links.target JOIN pages ON pages.id = coalesce(urls.final, urls.id)
             WHERE links.fragment <> '' ORDER BY pages.id",
        )
        .fetch(&self.reader);
        let mut current = 0;
        let mut anchors = Anchors::default();
        for_await!(for row in asked {
            let row = row?;
            let page: i64 = row.try_get("id")?;
            let fragment: &str = row.try_get("fragment")?;
            // In the order of pages: the places of one page at a time are in memory.
            if page != current {
                anchors = self.anchors(page).await?;
                current = page;
            }
            if !anchors.contains(fragment) {
                sqlx::query("INSERT INTO missing (page, fragment) VALUES (?, ?)")
                    .bind(page)
                    .bind(fragment)
                    .execute(&mut tx)
                    .await?;
            }
        });
        Ok(())
    }

    async fn anchors(&self, page: i64) -> Result<Anchors, StoreError> {
        let bytes: Vec<u8> =
            sqlx::query_scalar("SELECT anchors FROM pages WHERE id = ?").bind(page).fetch_one(&self.reader).await?;
        Ok(Anchors::from_bytes(&bytes))
    }

    /// The broken links, ordered by page, line and link, as they come from the database.
    pub(crate) fn broken_links(&self) -> impl Stream<Item = Result<BrokenLink, StoreError>> {
        try_generator!(async move {
            let rows = sqlx::query(
                "SELECT page.url AS page, links.line, links.href, links.count, links.fragment,
                        target.url AS target, found.status, found.reason
                 FROM links
                 JOIN urls AS target ON target.id = links.target
                 JOIN urls AS found ON found.id = coalesce(target.final, target.id)
                 LEFT JOIN urls AS page ON page.id = links.page
                 LEFT JOIN missing ON missing.page = found.id AND missing.fragment = links.fragment
                 WHERE found.reason IS NOT NULL OR missing.page IS NOT NULL
                 ORDER BY page.url, links.line, links.href, target.url, links.fragment",
            )
            .fetch(&self.reader);
            for await row in rows {
                yield broken_link(&row?)?;
            }
        })
    }
}

fn broken_link(row: &SqliteRow) -> Result<BrokenLink, sqlx::Error> {
    let mut target: String = row.try_get("target")?;
    let fragment: &str = row.try_get("fragment")?;
    if !fragment.is_empty() {
        target = format!("{target}#{fragment}");
    }
    let reason: Option<String> = row.try_get("reason")?;
    Ok(BrokenLink {
        page: row.try_get("page")?,
        line: row.try_get("line")?,
        href: row.try_get("href")?,
        target,
        status: row.try_get("status")?,
        reason: reason.unwrap_or_else(|| format!("no anchor #{fragment}")),
        count: row.try_get("count")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkcheck::html::Document;
    use crate::linkcheck::records::{Job, Outcome, Page, StoredLink};
    use crate::linkcheck::store::Counts;

    fn link(url: &str, fragment: &str) -> StoredLink {
        let (url, fragment, href) = (url.to_owned(), fragment.to_owned(), format!("{url}#{fragment}"));
        StoredLink { url, inside: true, defect: None, fragment, href, line: 1, count: 1 }
    }

    fn page(html: &str, open: Vec<StoredLink>) -> Outcome {
        let anchors = Document::parse(html.as_bytes()).anchors;
        Outcome::Page { status: 200, page: Page { links: open.len() as u64, open, anchors } }
    }

    fn moved(to: &str) -> Outcome {
        Outcome::Moved { status: 200, to: to.parse().unwrap(), inside: true }
    }

    /// Answers the open URLs from this list until there are none; whatever is not in it is missing.
    async fn crawl(store: &Store, mut answers: Vec<(&str, Outcome)>) {
        let mut after = 0;
        while let Some(Job { id, url, inside }) = store.open_after(after, false).await.unwrap().into_iter().next() {
            let answer = answers.iter().position(|(answered, _)| *answered == url.as_str());
            let missing = Outcome::Defect { status: Some(404), reason: "not found".into(), unanswered: false };
            let outcome = answer.map_or(missing, |answer| answers.swap_remove(answer).1);
            store.save(&Job { id, url, inside }, &outcome).await.unwrap();
            after = id;
        }
        store.conclude().await.unwrap();
    }

    async fn broken(store: &Store) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for_await!(for link in store.broken_links() {
            let link = link.unwrap();
            found.push((link.target, link.reason));
        });
        found
    }

    #[tokio::test]
    async fn links_are_judged_by_their_ends() {
        let store = Store::create(None).await.unwrap();
        store.begin(&[], &[link("http://h/", "")]).await.unwrap();
        let links = [
            link("http://h/gone", ""),
            link("http://h/page", "here"),
            link("http://h/page", "nowhere"),
            link("http://h/moved", "here"),
            link("http://h/moved", "nowhere"),
            link("http://h/moved-twice", "nowhere"),
            link("http://h/round", ""),
            link("http://h/moved-away", ""),
            StoredLink { defect: Some("not a valid URL"), ..link("http://[", "") },
        ];
        let answers = vec![
            ("http://h/", page("", links.to_vec())),
            ("http://h/page", page("<p id=here>", Vec::new())),
            ("http://h/moved-twice", moved("http://h/moved")),
            ("http://h/moved", moved("http://h/page")),
            ("http://h/round", moved("http://h/and-round")),
            ("http://h/and-round", moved("http://h/round")),
            ("http://h/moved-away", moved("http://h/gone")),
        ];
        crawl(&store, answers).await;
        let expected = [
            ("http://[", "not a valid URL"),
            ("http://h/gone", "not found"),
            ("http://h/moved#nowhere", "no anchor #nowhere"),
            ("http://h/moved-away", "not found"),
            ("http://h/moved-twice#nowhere", "no anchor #nowhere"),
            ("http://h/page#nowhere", "no anchor #nowhere"),
            ("http://h/round", "redirect loop"),
        ];
        assert_eq!(broken(&store).await, expected.map(|(target, reason)| (target.to_owned(), reason.to_owned())));
        // The conclusion may be drawn again, as it is when a finished crawl is resumed.
        store.conclude().await.unwrap();
        assert_eq!(broken(&store).await.len(), expected.len());
    }

    #[tokio::test]
    async fn the_counts_follow_the_records() {
        let store = Store::create(None).await.unwrap();
        store.begin(&[], &[link("http://h/", "")]).await.unwrap();
        assert_eq!(store.counts().await.unwrap(), Counts { open: 1, ..Counts::default() });

        let first = store.open_after(0, false).await.unwrap().remove(0);
        let outside = StoredLink { inside: false, ..link("http://other/", "") };
        let links = vec![link("http://h/a", "x"), link("http://h/a", "y"), link("http://h/", ""), outside];
        let discovered = store.save(&first, &page("", links)).await.unwrap();
        assert_eq!(discovered, (1, 1));
        let expected = Counts { pages: 1, links: 4, checked: 1, open: 1, outside: 1, ..Counts::default() };
        assert_eq!(store.counts().await.unwrap(), expected);

        let open = async |external| store.open_after(first.id, external).await.unwrap().len();
        assert_eq!((open(false).await, open(true).await), (1, 2));
    }

    #[tokio::test]
    async fn a_record_is_written_in_full_or_not_at_all() {
        let store = Store::create(None).await.unwrap();
        store.begin(&[], &[link("http://h/", "")]).await.unwrap();
        let first = store.open_after(0, false).await.unwrap().remove(0);
        let twice = vec![link("http://h/a", ""), link("http://h/b", ""), link("http://h/b", "")];
        store.save(&first, &page("", twice)).await.unwrap_err();
        assert_eq!(store.counts().await.unwrap(), Counts { open: 1, ..Counts::default() });
        assert_eq!(store.open_after(0, false).await.unwrap(), [first]);
    }
}
