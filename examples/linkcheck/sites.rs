//! The sites of a crawl: which URLs belong to them, where they are served, and what reports call them.

use std::io;
use std::net::SocketAddr;

use percent_encoding::percent_decode_str;
use thiserror::Error;
use url::Url;

use crate::linkcheck::folder::Folder;
use crate::linkcheck::planted::Planted;
use crate::linkcheck::target::{Target, TargetError, first_files};
use crate::server::Server;

/// Why a target can not be served.
#[derive(Debug, Error)]
pub(crate) enum SiteError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("cannot serve {0}: {1}")]
    Serve(String, io::Error),
}

/// A host that is crawled.
#[derive(Debug)]
struct Site {
    origin: Url,
    /// What reports write in place of the origin.
    label: String,
    /// The folder as a `file:` URL.
    folder: Option<Url>,
    server: Option<Server>,
}

/// All hosts that are crawled.
///
/// What this program serves itself goes by a host name of its own (`.invalid` never exists elsewhere), not by the
/// loopback address: its port is another one in each run, and the URLs have to outlast a run.
#[derive(Debug, Default)]
pub(crate) struct Sites(Vec<Site>);

impl Sites {
    /// Starts what has to be served for a target and gives the URLs to begin with.
    pub(crate) async fn add(&mut self, target: &Target, label: &str) -> Result<Vec<Url>, SiteError> {
        let serve_error = |cause| SiteError::Serve(target.value(), cause);
        match target {
            Target::Planted => {
                let server = Server::start(Planted::default()).await.map_err(serve_error)?;
                let origin = self.push("planted.invalid", label, None, Some(server));
                Ok(vec![origin])
            }
            Target::Folder { root, first } => {
                let files = first_files(root, first.as_deref())?;
                let folder = Folder::new(root.clone()).map_err(serve_error)?;
                let url = folder.url().clone();
                let server = Server::start(folder).await.map_err(serve_error)?;
                let host = format!("folder-{}.invalid", self.0.len() + 1);
                let origin = self.push(&host, label, Some(url.clone()), Some(server));
                Ok(files.iter().filter_map(|file| at(&origin, &url, &Url::from_file_path(file).ok()?)).collect())
            }
            Target::Web(url) => {
                self.add_web(url, label);
                Ok(vec![url.clone()])
            }
        }
    }

    /// Adds the host of a URL.
    pub(crate) fn add_web(&mut self, url: &Url, label: &str) {
        let mut origin = url.clone();
        origin.set_path("/");
        origin.set_query(None);
        if !self.inside(url) {
            self.0.push(Site { origin, label: label.to_owned(), folder: None, server: None });
        }
    }

    fn push(&mut self, host: &str, label: &str, folder: Option<Url>, server: Option<Server>) -> Url {
        let origin = Url::parse(&format!("http://{host}/")).expect("a host name of letters, digits and dots");
        self.0.push(Site { origin: origin.clone(), label: label.to_owned(), folder, server });
        origin
    }

    fn of(&self, url: &Url) -> Option<&Site> {
        self.0.iter().find(|site| {
            site.origin.scheme() == url.scheme()
                && site.origin.host_str() == url.host_str()
                && site.origin.port_or_known_default() == url.port_or_known_default()
        })
    }

    /// Whether the URL belongs to a crawled host.
    pub(crate) fn inside(&self, url: &Url) -> bool {
        self.of(url).is_some()
    }

    /// Where to connect to instead of the URL's host, for what this program serves.
    pub(crate) fn address(&self, url: &Url) -> Option<SocketAddr> {
        self.of(url)?.server.as_ref().map(Server::address)
    }

    /// The file that a URL inside a served folder stands for.
    pub(crate) fn as_file(&self, url: &Url) -> Option<Url> {
        let folder = self.of(url)?.folder.as_ref()?;
        let mut file = folder.clone();
        file.set_path(&format!("{}{}", folder.path(), url.path().strip_prefix('/')?));
        Some(file)
    }

    /// The URL under which a file is served next to `neighbour`, unless it lies outside of that folder.
    pub(crate) fn served(&self, neighbour: &Url, file: &Url) -> Option<Url> {
        let site = self.of(neighbour)?;
        at(&site.origin, site.folder.as_ref()?, file)
    }

    /// The URL as reports show it: files by their path, the rest as it is.
    pub(crate) fn display(&self, url: &str) -> String {
        let Ok(parsed) = Url::parse(url) else {
            return url.to_owned();
        };
        if parsed.scheme() == "file" {
            return parsed.to_file_path().map_or(url.to_owned(), |path| path.display().to_string());
        }
        match self.of(&parsed) {
            Some(site) if site.server.is_some() => {
                let path = url.strip_prefix(site.origin.as_str()).unwrap_or_default();
                format!("{}{}", site.label, percent_decode_str(path).decode_utf8_lossy())
            }
            _ => url.to_owned(),
        }
    }
}

/// `file`, which lies below `folder`, as a URL below `origin`.
fn at(origin: &Url, folder: &Url, file: &Url) -> Option<Url> {
    let below = file.path().strip_prefix(folder.path())?;
    let mut url = origin.clone();
    url.set_path(below);
    url.set_query(file.query());
    url.set_fragment(file.fragment());
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sites(folder: &std::path::Path) -> (Sites, Vec<Url>) {
        let mut sites = Sites::default();
        let target = Target::Folder { root: folder.to_owned(), first: None };
        let first = sites.add(&target, "docs/").await.unwrap();
        (sites, first)
    }

    #[tokio::test]
    async fn a_folder_has_stable_urls_and_readable_names() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a b.html"), "").unwrap();
        let (sites, first) = sites(folder.path()).await;
        assert_eq!(first[0].as_str(), "http://folder-1.invalid/a%20b.html");
        assert_eq!(sites.display(first[0].as_str()), "docs/a b.html");
        assert!(sites.address(&first[0]).is_some());

        let file = sites.as_file(&first[0]).unwrap();
        assert!(file.path().ends_with("/a%20b.html"));
        assert_eq!(sites.served(&first[0], &file), Some(first[0].clone()));
        assert_eq!(sites.served(&first[0], &Url::parse("file:///elsewhere").unwrap()), None);
    }

    #[tokio::test]
    async fn a_host_is_told_by_its_port() {
        let mut sites = Sites::default();
        let url = |text: &str| Url::parse(text).unwrap();
        sites.add(&Target::Web(url("http://example.com/a/b?c")), "").await.unwrap();
        for inside in ["http://example.com/", "http://EXAMPLE.com:80/x"] {
            assert!(sites.inside(&url(inside)), "{inside}");
        }
        for outside in ["http://example.com:81/", "https://example.com/", "http://www.example.com/", "mailto:a@b"] {
            assert!(!sites.inside(&url(outside)), "{outside}");
        }
        assert_eq!(sites.address(&url("http://example.com/")), None);
        assert_eq!(sites.display("http://example.com/%20"), "http://example.com/%20");
    }
}
