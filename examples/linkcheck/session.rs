//! One run of the program: prepares a crawl or takes up an old one, runs it, and reports.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use thiserror::Error;
use tokio::signal::ctrl_c;
use tokio::sync::watch;
use weftwork::prelude::*;

use crate::linkcheck::cli::Options;
use crate::linkcheck::crawl::{Crawl, CrawlError, Extent};
use crate::linkcheck::fetch::{FetchError, Fetcher, Manners};
use crate::linkcheck::progress::{self, Tally};
use crate::linkcheck::records::StoredLink;
use crate::linkcheck::report::{self, ReportError, Summary};
use crate::linkcheck::sites::{SiteError, Sites};
use crate::linkcheck::store::{Store, StoreError, StoredTarget};
use crate::linkcheck::target::{Target, TargetError};

const BROKEN: u8 = 1;
const INTERRUPTED: u8 = 130;

/// Why the check could not be done.
#[derive(Debug, Error)]
pub(crate) enum SessionError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("cannot reach {0}: {1}")]
    Unreachable(String, FetchError),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Crawl(#[from] CrawlError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error("cannot listen for Ctrl-C: {0}")]
    Signal(io::Error),
}

/// Everything a crawl needs.
pub(crate) struct Session<'a> {
    options: &'a Options,
    sites: Arc<Sites>,
    fetcher: Fetcher,
    store: Store,
}

impl<'a> Session<'a> {
    /// Looks at what the user asks for before anything is made or changed.
    pub(crate) async fn prepare(options: &'a Options) -> Result<Self, SessionError> {
        let old = match &options.db {
            Some(path) if options.resume => Some(Store::resume(path).await?),
            _ => None,
        };
        let targets = match &old {
            Some(store) => stored_targets(options, store).await?,
            None => asked_targets(options).await?,
        };
        let mut sites = Sites::default();
        let mut first = Vec::new();
        for StoredTarget { target, label } in &targets {
            first.extend(sites.add(target, label).await?);
        }
        let store = match old {
            Some(store) => {
                store.ask_again().await?;
                store
            }
            None => {
                let store = Store::create(options.db.as_deref()).await?;
                let first: Vec<_> = first.iter().map(|url| StoredLink::bare(url, true)).collect();
                store.begin(&targets, &first).await?;
                store
            }
        };
        let sites = Arc::new(sites);
        let planted = targets.iter().all(|stored| stored.target == Target::Planted);
        let fetcher = Fetcher::new(sites.clone(), manners(options, planted));
        Ok(Self { options, sites, fetcher, store })
    }

    /// Crawls and reports.
    pub(crate) async fn run(mut self) -> Result<ExitCode, SessionError> {
        let tally = Tally::new(&self.store.counts().await?, self.options.external);
        let interrupted = self.crawl(&tally).await?;
        let code = if interrupted {
            self.explain_how_to_resume().await?;
            ExitCode::from(INTERRUPTED)
        } else {
            tokio::select! {
                code = self.report(&tally) => code?,
                interrupt = ctrl_c() => {
                    interrupt.map_err(SessionError::Signal)?;
                    self.explain_how_to_resume().await?;
                    ExitCode::from(INTERRUPTED)
                }
            }
        };
        self.store.close().await;
        Ok(code)
    }

    /// Gives whether the user interrupted it. A second Ctrl-C ends the program at once.
    async fn crawl(&self, tally: &Tally) -> Result<bool, SessionError> {
        let (stop, stopped) = watch::channel(false);
        let extent = Extent { jobs: self.options.jobs, max_pages: self.options.max_pages, external: self.options.external };
        let crawl = Crawl::new(self.sites.clone(), &self.store, &self.fetcher, tally, extent, stopped);
        let bar = progress::bar(tally);
        let interrupts = async {
            ctrl_c().await?;
            stop.send_replace(true);
            ctrl_c().await?;
            std::process::exit(INTERRUPTED.into())
        };
        tokio::select! {
            done = crawl.run(&bar.0) => done?,
            failed = interrupts => {
                let failed: Result<std::convert::Infallible, io::Error> = failed;
                failed.map(|never| match never {}).map_err(SessionError::Signal)?;
            }
            () = progress::show(tally, &bar) => {}
        }
        Ok(*stop.borrow())
    }

    async fn explain_how_to_resume(&mut self) -> Result<(), SessionError> {
        let counts = self.store.counts().await?;
        self.store.keep();
        let path = self.store.path().display().to_string();
        let path = if path.contains(char::is_whitespace) { format!("'{path}'") } else { path };
        eprintln!(
            "linkcheck: interrupted; {} pages and {} other URLs are saved, {} are open; go on with: linkcheck --resume --db {path}",
            counts.pages,
            counts.checked - counts.pages,
            counts.open,
        );
        Ok(())
    }

    async fn report(&self, tally: &Tally) -> Result<ExitCode, SessionError> {
        let (elapsed, pages_per_second) = (tally.elapsed(), tally.rate());
        self.store.conclude().await?;
        let counts = self.store.counts().await?;
        let summary = Summary { counts, elapsed, pages_per_second };
        let mut out = io::BufWriter::new(io::stdout());
        let broken = if self.options.json {
            report::json(&mut out, &self.sites, &self.store, &summary).await?
        } else {
            report::table(&mut out, &self.sites, &self.store, &summary).await?
        };
        Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
    }
}

fn manners(options: &Options, planted: bool) -> Manners {
    Manners { timeout: options.timeout(planted), retries: options.retries, per_host: options.per_host.get() }
}

/// The targets that the user names, or the planted site. A site that redirects to another host is that host.
async fn asked_targets(options: &Options) -> Result<Vec<StoredTarget>, SessionError> {
    if options.targets.is_empty() {
        let target = Target::Planted;
        let label = target.label("");
        return Ok(vec![StoredTarget { target, label }]);
    }
    let mut targets = Vec::new();
    for argument in &options.targets {
        let target = Target::parse(argument)?;
        let label = target.label(argument);
        targets.push(StoredTarget { target, label });
    }
    reach(options, &mut targets).await?;
    // What is named twice is checked once.
    let mut different: Vec<StoredTarget> = Vec::new();
    for asked in targets {
        if different.iter().all(|known| known.target != asked.target) {
            different.push(asked);
        }
    }
    Ok(different)
}

/// The targets in the database, which are those that the user names, if he names any.
async fn stored_targets(options: &Options, store: &Store) -> Result<Vec<StoredTarget>, SessionError> {
    let mut stored = store.targets().await?;
    if options.targets.is_empty() {
        reach(options, &mut stored).await?;
        return Ok(stored);
    }
    let asked = asked_targets(options).await?;
    if asked.iter().map(|asked| &asked.target).ne(stored.iter().map(|stored| &stored.target)) {
        let name = |targets: &[StoredTarget]| {
            let names: Vec<_> = targets.iter().map(|stored| stored.target.to_string()).collect();
            names.join(" ")
        };
        return Err(SessionError::Store(StoreError::OtherTargets {
            path: store.path().to_owned(),
            stored: name(&stored),
            asked: name(&asked),
        }));
    }
    Ok(stored)
}

/// Asks every web site once, so that a host that does not answer is told before anything is done.
async fn reach(options: &Options, targets: &mut [StoredTarget]) -> Result<(), SessionError> {
    let fetcher = Fetcher::new(Arc::default(), manners(options, false));
    let reach = async |stored: &mut StoredTarget| -> Result<(), SessionError> {
        if let Target::Web(url) = &mut stored.target {
            let reached = fetcher.reach(url).await;
            *url = reached.map_err(|error| SessionError::Unreachable(url.to_string(), error))?;
        }
        Ok(())
    };
    gather!(
        for stored in targets {
            reach(stored)?
        },
        limit = options.jobs
    )
    .await?;
    Ok(())
}
