//! The crawl: takes open URLs, asks for them, reads pages, and saves what they say.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::{Notify, watch};
use url::Url;
use weftwork::prelude::*;

use crate::linkcheck::fetch::{Fetcher, Found};
use crate::linkcheck::html::Document;
use crate::linkcheck::progress::Tally;
use crate::linkcheck::records::{Job, Outcome, Page, StoredLink};
use crate::linkcheck::resolve::{Resolved, base_of, resolve};
use crate::linkcheck::sites::Sites;
use crate::linkcheck::store::{Store, StoreError};

/// Why a crawl ended before its end.
#[derive(Debug, Error)]
pub(crate) enum CrawlError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How far and how fast to crawl.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    pub(crate) jobs: NonZeroUsize,
    pub(crate) max_pages: Option<NonZeroU64>,
    pub(crate) external: bool,
}

/// A crawl of the URLs that are open in a store.
pub(crate) struct Crawl<'a> {
    sites: Arc<Sites>,
    store: &'a Store,
    fetcher: &'a Fetcher,
    tally: &'a Tally,
    extent: Extent,
    /// Turns true when the crawl is to stop.
    stop: watch::Receiver<bool>,
    /// Pages that were read or are being read, counted against `max_pages`.
    pages: AtomicU64,
    /// URLs that left the frontier and are not saved yet.
    in_flight: AtomicUsize,
    /// Wakes the frontier when a URL is saved.
    saved: Notify,
}

impl<'a> Crawl<'a> {
    pub(crate) fn new(
        sites: Arc<Sites>,
        store: &'a Store,
        fetcher: &'a Fetcher,
        tally: &'a Tally,
        extent: Extent,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            sites,
            store,
            fetcher,
            tally,
            extent,
            stop,
            pages: AtomicU64::new(tally.pages()),
            in_flight: AtomicUsize::new(0),
            saved: Notify::new(),
        }
    }

    /// Checks until nothing is open, the page limit is reached, or it is told to stop.
    pub(crate) async fn run(&self, progress: impl Progress) -> Result<(), CrawlError> {
        gather!(
            for await job in self.frontier() {
                self.check(job?)?
            },
            limit = self.extent.jobs,
            progress = progress
        )
        .await?;
        Ok(())
    }

    /// The URLs to check, as they are discovered. Ends when no page is left that could lead to another one.
    fn frontier(&self) -> impl Stream<Item = Result<Job, StoreError>> {
        try_generator!(async move {
            let mut after = 0;
            loop {
                // Asked before the database is: what is saved in between will be found there.
                let more_may_come = self.in_flight.load(Ordering::SeqCst) > 0;
                let jobs = self.store.open_after(after, self.extent.external).await?;
                if jobs.is_empty() {
                    if !more_may_come {
                        return;
                    }
                    self.saved.notified().await;
                }
                for job in jobs {
                    // A page may turn out to be a redirect, and then another one may take its place.
                    while self.is_full() && self.in_flight.load(Ordering::SeqCst) > 0 {
                        self.saved.notified().await;
                    }
                    if *self.stop.borrow() || self.is_full() {
                        return;
                    }
                    after = job.id;
                    self.in_flight.fetch_add(1, Ordering::SeqCst);
                    yield job;
                }
            }
        })
    }

    fn is_full(&self) -> bool {
        let pages = self.pages.load(Ordering::SeqCst);
        self.extent.max_pages.is_some_and(|most| pages >= most.get())
    }

    /// Counts a page in, unless the limit is reached.
    fn admit_page(&self) -> bool {
        let most = self.extent.max_pages.map_or(u64::MAX, NonZeroU64::get);
        let next = |pages| (pages < most).then_some(pages + 1);
        self.pages.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).is_ok()
    }

    /// Checks one URL from the request to the record. When told to stop it leaves what is not fetched yet, and that
    /// stays open.
    async fn check(&self, job: Job) -> Result<(), CrawlError> {
        let mut stop = self.stop.clone();
        let outcome = tokio::select! {
            biased;
            outcome = self.examine(&job) => outcome?,
            _ = stop.wait_for(|stop| *stop) => None,
        };
        if let Some(outcome) = outcome {
            let (inside, outside) = self.store.save(&job, &outcome).await?;
            self.tally.count(&outcome, inside + if self.extent.external { outside } else { 0 });
        }
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.saved.notify_one();
        Ok(())
    }

    /// What is behind a URL; None if it is a page too many.
    async fn examine(&self, job: &Job) -> Result<Option<Outcome>, CrawlError> {
        let found = if job.inside { self.fetcher.fetch(&job.url).await } else { self.fetcher.probe(&job.url).await };
        Ok(Some(match found {
            Ok(Found::Page { status, body }) => {
                if !self.admit_page() {
                    return Ok(None);
                }
                let read = parse(self.sites.clone(), job.url.clone(), status, body).await;
                if !matches!(read, Outcome::Page { .. }) {
                    self.pages.fetch_sub(1, Ordering::SeqCst);
                }
                read
            }
            Ok(Found::Resource { status }) => Outcome::Resource { status },
            Ok(Found::Moved { status, to }) => {
                let inside = self.sites.inside(&to);
                Outcome::Moved { status, to, inside }
            }
            Err(error) => {
                Outcome::Defect { status: error.status(), reason: error.to_string(), unanswered: error.is_unanswered() }
            }
        }))
    }
}

/// Parsing is pure work: it goes to the threads that are there for it, as many pages at once as there are cores.
#[blocking(cpu)]
async fn parse(sites: Arc<Sites>, url: Url, status: u16, body: Bytes) -> Outcome {
    read(&sites, &url, status, Document::parse(&body))
}

/// What a page says. One that leads on at once is a redirect: whoever follows a link to it, and to a place in it, ends
/// up on the next page.
fn read(sites: &Sites, url: &Url, status: u16, document: Document) -> Outcome {
    let base = base_of(url, document.base.as_deref());
    if let Some(href) = &document.moved_to
        && let Resolved::Link { url: to, .. } = resolve(sites, &base, href)
        && to != *url
    {
        let inside = sites.inside(&to);
        return Outcome::Moved { status, to, inside };
    }
    let page = links_of(sites, url, &base, document);
    Outcome::Page { status, page }
}

/// Resolves the links of a page, each once. Those within the page are checked here and now.
fn links_of(sites: &Sites, url: &Url, base: &Url, document: Document) -> Page {
    let mut page = Page::default();
    // What is written the same way leads to the same place; what is written differently may do so, too.
    let mut by_href: HashMap<&str, Option<usize>> = HashMap::new();
    let mut by_goal: HashMap<(String, String), usize> = HashMap::new();
    for link in &document.links {
        if let Some(known) = by_href.get(&*link.href) {
            known.iter().for_each(|first| page.open[*first].count += 1);
            continue;
        }
        let (goal, fragment, defect) = match resolve(sites, base, &link.href) {
            Resolved::NotFetched => continue,
            Resolved::Invalid => (None, String::new(), Some("not a valid URL")),
            Resolved::Link { url, fragment } => (Some(url), fragment.unwrap_or_default(), None),
        };
        if goal.as_ref() == Some(url) && (fragment.is_empty() || document.anchors.contains(&fragment)) {
            by_href.insert(&link.href, None);
            page.links += 1;
            continue;
        }
        let inside = goal.as_ref().is_some_and(|goal| sites.inside(goal));
        let goal = goal.map_or_else(|| link.href.clone(), String::from);
        let first = match by_goal.entry((goal, fragment)) {
            Entry::Occupied(first) => {
                page.open[*first.get()].count += 1;
                *first.get()
            }
            Entry::Vacant(first) => {
                page.links += 1;
                let (url, fragment) = first.key().clone();
                let (href, line) = (link.href.clone(), link.line);
                page.open.push(StoredLink { url, inside, defect, fragment, href, line, count: 1 });
                *first.insert(page.open.len() - 1)
            }
        };
        by_href.insert(&link.href, Some(first));
    }
    page.anchors = document.anchors;
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_leads_on_is_a_redirect() {
        let url = Url::parse("http://h/a.html").unwrap();
        let read = |source: &str| read(&Sites::default(), &url, 200, Document::parse(source.as_bytes()));
        let moved = read("<base href=/b/><meta http-equiv=refresh content='0;url=c.html#x'>");
        assert!(matches!(moved, Outcome::Moved { to, inside: false, .. } if to.as_str() == "http://h/b/c.html"));
        for stays in ["<meta http-equiv=refresh content='9;url=c.html'>", "<meta http-equiv=refresh content='0;url=a.html'>"] {
            assert!(matches!(read(stays), Outcome::Page { .. }), "{stays}");
        }
    }

    #[test]
    fn a_page_has_each_link_once() {
        let url = Url::parse("http://h/a/b.html").unwrap();
        let document = Document::parse(
            b"<p id=here><a href=c.html>\n<a href=./c.html><a href=c.html#x><a href=#here><a href=#gone><a href=b.html>
              <a href=http://[><a href=mailto:x>",
        );
        let page = links_of(&Sites::default(), &url, &url, document);
        let open: Vec<_> =
            page.open.iter().map(|link| (&*link.url, &*link.fragment, &*link.href, link.line, link.count)).collect();
        assert_eq!(
            open,
            [
                ("http://h/a/c.html", "", "c.html", 1, 2),
                ("http://h/a/c.html", "x", "c.html#x", 2, 1),
                ("http://h/a/b.html", "gone", "#gone", 2, 1),
                ("http://[", "", "http://[", 3, 1),
            ]
        );
        assert_eq!(page.open[3].defect, Some("not a valid URL"));
        assert_eq!(page.links, 6);
    }
}
