//! Asking for a URL: requests with a timeout, a limit per host, further attempts, and redirects.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error;
use url::Url;
use weftwork::prelude::*;

use crate::linkcheck::sites::Sites;

/// The longest page that is read. The longest one of the Rust documentation has half of it.
const LONGEST_PAGE: usize = 16 << 20;
/// A body up to this length is read although nobody needs it, since that keeps the connection for the next request.
const WORTH_READING: u64 = 1 << 16;
const REDIRECTS: usize = 10;
/// A server that wants more time than this gets no other attempt.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is behind a URL that works.
#[derive(Debug)]
pub(crate) enum Found {
    /// An HTML page, read in full.
    Page { status: u16, body: Bytes },
    /// Anything else; its body was not read.
    Resource { status: u16 },
    /// Another URL, which is to be checked by itself.
    Moved { status: u16, to: Url },
}

/// What is wrong with a URL.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    #[error("{}", .0.canonical_reason().map_or("unknown status".to_owned(), str::to_lowercase))]
    Status(StatusCode, Option<Duration>),
    #[error("timeout")]
    Timeout,
    #[error("cannot connect: {0}")]
    Connect(String),
    #[error("connection failed: {0}")]
    Broken(String),
    #[error("redirect loop")]
    RedirectLoop(StatusCode),
    #[error("more than {REDIRECTS} redirects")]
    TooManyRedirects(StatusCode),
    #[error("redirect to nowhere")]
    RedirectToNowhere(StatusCode),
    #[error("body too large")]
    BodyTooLarge(StatusCode),
    #[error("not a valid address")]
    Address,
    #[error("{0}")]
    File(String),
}

impl From<Elapsed> for FetchError {
    fn from(_: Elapsed) -> Self {
        Self::Timeout
    }
}

impl FetchError {
    /// The status of the last answer, if there was one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Status(status, _)
            | Self::RedirectLoop(status)
            | Self::TooManyRedirects(status)
            | Self::RedirectToNowhere(status)
            | Self::BodyTooLarge(status) => Some(status.as_u16()),
            Self::Timeout | Self::Connect(_) | Self::Broken(_) | Self::Address | Self::File(_) => None,
        }
    }

    /// Whether no server answered.
    pub(crate) fn is_unanswered(&self) -> bool {
        matches!(self, Self::Timeout | Self::Connect(_) | Self::Broken(_))
    }

    /// Whether the next attempt may end better.
    fn is_transient(&self) -> bool {
        match self {
            Self::Status(status, wait) => {
                let may_pass = status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS;
                may_pass && wait.is_none_or(|wait| wait <= PATIENCE)
            }
            _ => self.is_unanswered(),
        }
    }

    /// How long the server wants to be left alone.
    fn retry_after(&self) -> Option<Duration> {
        if let Self::Status(_, wait) = self { *wait } else { None }
    }
}

/// How to ask.
#[derive(Debug, Clone)]
pub(crate) struct Manners {
    pub(crate) timeout: Duration,
    pub(crate) retries: u32,
    pub(crate) per_host: usize,
}

/// One answer: a redirect's goal, or a body.
struct Answer {
    status: StatusCode,
    location: Option<String>,
    page: Option<Bytes>,
}

/// The HTTP client.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    sites: Arc<Sites>,
    manners: Manners,
    hosts: KeyedLimiter<String>,
}

impl Fetcher {
    pub(crate) fn new(sites: Arc<Sites>, manners: Manners) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new();
        let tls = match tls.with_native_roots() {
            Ok(tls) => tls,
            // A system without certificates of its own, as a bare container is.
            Err(_) => HttpsConnectorBuilder::new().with_webpki_roots(),
        };
        let connector = tls.https_or_http().enable_http1().wrap_connector(http);
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(manners.per_host).build(connector);
        let hosts = KeyedLimiter::new(Limiter::new(manners.per_host));
        Self { client, sites, manners, hosts }
    }

    /// Asks for a URL of the crawled site. Redirects are followed within the site; a page that has moved is
    /// not read under its old URL.
    pub(crate) async fn fetch(&self, url: &Url) -> Result<Found, FetchError> {
        let (last, answer) = self.follow(&Method::GET, url, |next| self.sites.inside(next)).await?;
        let status = answer.status.as_u16();
        if last != *url {
            return Ok(Found::Moved { status, to: last });
        }
        Ok(match answer.page {
            Some(body) => Found::Page { status, body },
            None => Found::Resource { status },
        })
    }

    /// Asks whether a URL of another site works, without reading it.
    pub(crate) async fn probe(&self, url: &Url) -> Result<Found, FetchError> {
        if url.scheme() == "file" {
            return look_up(url).await;
        }
        // Some servers know no HEAD, or answer it wrongly: only a good answer to it counts.
        let answer = match self.follow(&Method::HEAD, url, |_| true).await {
            Err(FetchError::Status(..) | FetchError::Broken(_)) => self.follow(&Method::GET, url, |_| true).await,
            answer => answer,
        };
        let status = answer?.1.status.as_u16();
        Ok(Found::Resource { status })
    }

    /// Where a site begins: the URL that the user gave, or the one that it redirects to, on whatever host. Errors
    /// only if nobody answers.
    pub(crate) async fn reach(&self, url: &Url) -> Result<Url, FetchError> {
        let answer = match self.follow(&Method::HEAD, url, |_| true).await {
            Err(FetchError::Timeout | FetchError::Broken(_)) => self.follow(&Method::GET, url, |_| true).await,
            answer => answer,
        };
        match answer {
            Ok((last, _)) => Ok(last),
            Err(error) if error.is_unanswered() || matches!(error, FetchError::Address) => Err(error),
            Err(_) => Ok(url.clone()),
        }
    }

    /// Follows redirects as long as `goes_on` says so. Gives the last URL and its answer.
    async fn follow(&self, method: &Method, url: &Url, goes_on: impl Fn(&Url) -> bool) -> Result<(Url, Answer), FetchError> {
        let mut seen = vec![url.clone()];
        let mut current = url.clone();
        loop {
            let answer = self.ask(method, &current, current == *url).await?;
            let Some(location) = &answer.location else {
                return Ok((current, answer));
            };
            let mut next = current
                .join(location)
                .ok()
                .filter(|next| matches!(next.scheme(), "http" | "https"))
                .ok_or(FetchError::RedirectToNowhere(answer.status))?;
            next.set_fragment(None);
            if seen.contains(&next) {
                return Err(FetchError::RedirectLoop(answer.status));
            }
            if seen.len() > REDIRECTS {
                return Err(FetchError::TooManyRedirects(answer.status));
            }
            if !goes_on(&next) {
                return Ok((next, answer));
            }
            seen.push(next.clone());
            current = next;
        }
    }

    /// Asks until there is an answer that counts, or the attempts are used up. Each attempt waits for its turn at the host.
    #[retry(
        attempts = self.manners.retries.saturating_add(1),
        backoff = 100ms..5s,
        when = FetchError::is_transient,
        after = FetchError::retry_after,
    )]
    async fn ask(&self, method: &Method, url: &Url, read: bool) -> Result<Answer, FetchError> {
        self.hosts.run(url.authority(), self.attempt(method, url, read)).await
    }

    /// One request, with its body if that is a page and `read` says so.
    #[timeout(self.manners.timeout)]
    async fn attempt(&self, method: &Method, url: &Url, read: bool) -> Result<Answer, FetchError> {
        let request = self.request(method, url)?;
        let response = self.client.request(request).await.map_err(|error| {
            let cause = root_cause(&error);
            if error.is_connect() { FetchError::Connect(cause) } else { FetchError::Broken(cause) }
        })?;
        let status = response.status();
        let location = header(response.headers(), LOCATION.as_str());
        let wait = header(response.headers(), RETRY_AFTER.as_str()).and_then(|wait| wait.parse().ok()).map(secs);
        let mut answer = Answer { status, location: None, page: None };
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            answer.location = Some(location.ok_or(FetchError::RedirectToNowhere(status))?);
            finish(response).await;
        } else if !status.is_success() {
            finish(response).await;
            return Err(FetchError::Status(status, wait));
        } else if read && method == Method::GET && is_page(response.headers()) {
            answer.page = Some(read_page(response).await?);
        } else {
            finish(response).await;
        }
        Ok(answer)
    }

    fn request(&self, method: &Method, url: &Url) -> Result<Request<Empty<Bytes>>, FetchError> {
        let uri = match self.sites.address(url) {
            Some(address) => {
                let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
                format!("http://{address}{}{query}", url.path())
            }
            None => url.to_string(),
        };
        let uri: Uri = uri.parse().map_err(|_| FetchError::Address)?;
        Request::builder()
            .method(method)
            .uri(uri)
            .header(USER_AGENT, concat!("linkcheck/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "text/html, */*")
            .body(Empty::new())
            .map_err(|_| FetchError::Address)
    }
}

/// Ends with a response whose body does not matter.
async fn finish(response: Response<Incoming>) {
    let body = response.into_body();
    if body.size_hint().upper().is_some_and(|length| length <= WORTH_READING) {
        // An error here only costs the connection.
        drop(body.collect().await);
    }
}

async fn read_page(response: Response<Incoming>) -> Result<Bytes, FetchError> {
    let status = response.status();
    match Limited::new(response.into_body(), LONGEST_PAGE).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(FetchError::BodyTooLarge(status)),
        Err(error) => Err(FetchError::Broken(root_cause(&*error))),
    }
}

fn is_page(headers: &HeaderMap) -> bool {
    let media = header(headers, CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase();
    let media = media.split(';').next().unwrap_or_default().trim();
    matches!(media, "text/html" | "application/xhtml+xml")
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// What went wrong at the bottom, which is what the user can do something about.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// A link out of a served folder leads to the file next to it.
async fn look_up(url: &Url) -> Result<Found, FetchError> {
    let path = url.to_file_path().map_err(|()| FetchError::Address)?;
    match tokio::fs::metadata(path).await {
        Ok(_) => Ok(Found::Resource { status: 200 }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(FetchError::File("no such file".to_owned())),
        Err(error) => Err(FetchError::File(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
