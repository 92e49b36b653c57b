//! Policies on functions: the whole stack on one function, against a server on loopback that is busy, slow and incomplete.
//!
//! `cargo run --example 04_policies`

use std::error::Error;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{StatusCode, Uri};
use hyper_util::client::legacy::{self, Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error as ThisError;
use weftwork::prelude::*;
use weftwork_examples::server::{Reply, Server, Site, full, status};

#[derive(Debug, ThisError)]
enum FetchError {
    #[error("not found")]
    NotFound,
    #[error("the server is busy")]
    Busy(Option<Duration>),
    #[error(transparent)]
    Timeout(#[from] Elapsed),
    #[error(transparent)]
    Refused(#[from] LimitExceeded),
    #[error(transparent)]
    Connection(#[from] legacy::Error),
    #[error(transparent)]
    Body(#[from] hyper::Error),
}

impl FetchError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Timeout(_) | Self::Connection(_))
    }

    /// What the server asked for.
    fn retry_after(&self) -> Option<Duration> {
        if let Self::Busy(wait) = self { *wait } else { None }
    }
}

struct Fetcher(Client<HttpConnector, Empty<Bytes>>);

impl Fetcher {
    /// Read from the top: what is not there, or is not there in time, is no error. The whole call has 2.5 s. Up to four attempts are made,
    /// with growing pauses between them, or those that the server asks for. Each waits for its turn, as at most two ask one host at
    /// once, and then has one second.
    #[fallback(
        FetchError::NotFound => Ok(None),
        FetchError::Timeout(elapsed) => { println!("  {elapsed}"); Ok(None) },
    )]
    #[timeout(2.5s)]
    #[retry(attempts = 4, backoff = 20ms..1s, jitter, when = FetchError::is_transient, after = FetchError::retry_after)]
    #[limit(2, key = uri.host(), max_waiting = 3, wait = 2s)]
    #[timeout(1s)]
    async fn fetch(&self, uri: &Uri) -> Result<Option<String>, FetchError> {
        let answer = self.0.get(uri.clone()).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => return Err(FetchError::NotFound),
            StatusCode::SERVICE_UNAVAILABLE => return Err(FetchError::Busy(wait(&answer))),
            _ => {}
        }
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(Some(format!("{}, in attempt {}", String::from_utf8_lossy(&body), attempt())))
    }
}

/// The `Retry-After` of an answer.
fn wait<B>(answer: &hyper::Response<B>) -> Option<Duration> {
    answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(secs)
}

/// Counts who is there, and who has asked for `/busy`.
#[derive(Default)]
struct Shop {
    visitors: AtomicUsize,
    most: AtomicUsize,
    asked: AtomicUsize,
}

impl Site for Shop {
    async fn reply(&self, uri: &Uri) -> Reply {
        match uri.path() {
            // Not ready for the first two.
            "/busy" if self.asked.fetch_add(1, Relaxed) < 2 => {
                let mut reply = status(StatusCode::SERVICE_UNAVAILABLE);
                reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("0"));
                reply
            }
            "/slow" => pending().await,
            "/gone" => status(StatusCode::NOT_FOUND),
            path => {
                self.most.fetch_max(self.visitors.fetch_add(1, Relaxed) + 1, Relaxed);
                tokio::task::yield_now().await;
                self.visitors.fetch_sub(1, Relaxed);
                full("text/plain", format!("the page {path}"))
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = Arc::new(Shop::default());
    let server = Server::start(shop.clone()).await?;
    let fetcher = Fetcher(Client::builder(TokioExecutor::new()).build_http());
    let uri = |path: &str| format!("http://{}{path}", server.address()).parse::<Uri>();

    for path in ["/tea", "/busy", "/gone", "/slow"] {
        match fetcher.fetch(&uri(path)?).await? {
            Some(page) => println!("{path}: {page}"),
            None => println!("{path}: nothing"),
        }
    }

    // Two at once, three who wait, and one too many.
    let uris = (1..=6).map(|number| uri(&format!("/{number}"))).collect::<Result<Vec<_>, _>>()?;
    for answer in gather!(for uri in &uris {
        fetcher.fetch(uri)
    })
    .await
    {
        match answer {
            Ok(page) => println!("{}", page.unwrap_or_default()),
            Err(error) => println!("{error}"),
        }
    }
    assert!(shop.most.load(Relaxed) <= 2);

    // The same without attributes: each policy is a function or a value.
    let limiter = Limiter::new(2);
    let patient = Retry::attempts(4).backoff(Backoff::exponential(millis(20)..secs(1))).jitter();
    let ask = async || limiter.run(async { if attempt() < 3 { Err(FetchError::Busy(None)) } else { Ok(attempt()) } }).await;
    println!("by hand, in attempt {}", timeout(secs(3), patient.when(FetchError::is_transient).run(ask)).await??);
    Ok(())
}
