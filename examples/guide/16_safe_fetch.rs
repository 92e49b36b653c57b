//! Fetching that is safe to call in bulk: a few attempts, no storm, no faster than each host likes, and nothing in place of what can not
//! be had.
//!
//! `cargo run --example 16_safe_fetch`

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{StatusCode, Uri};
use hyper_util::client::legacy::{self, Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use thiserror::Error as ThisError;
use weftwork::prelude::*;
use weftwork_examples::server::{Reply, Server, Site, full, status};

#[derive(Debug, ThisError)]
enum FetchError {
    #[error("{0}")]
    Status(StatusCode),
    #[error(transparent)]
    Connection(#[from] legacy::Error),
    #[error(transparent)]
    Body(#[from] hyper::Error),
}

impl FetchError {
    fn is_transient(&self) -> bool {
        !matches!(self, Self::Status(status) if status.is_client_error())
    }
}

/// In the long run one retry for ten calls, so that a server that is down is not asked three times as often. It begins with eight.
static BUDGET: RetryBudget = RetryBudget::percent(10).reserve(8);

type Web = Client<HttpConnector, Empty<Bytes>>;

/// The page, if it can be had.
#[fallback(|error| {
    println!("  no {}: {error}", uri.path());
    Ok(None)
})]
#[retry(attempts = 3, backoff = 5ms..1s, jitter, when = FetchError::is_transient, budget = BUDGET)]
#[limit(200/s, burst = 10, key = uri.host())]
async fn safe_fetch(web: &Web, uri: &Uri) -> Result<Option<String>, FetchError> {
    let answer = web.get(uri.clone()).await?;
    if !answer.status().is_success() {
        return Err(FetchError::Status(answer.status()));
    }
    let body = answer.into_body().collect().await?.to_bytes();
    Ok(Some(String::from_utf8_lossy(&body).into_owned()))
}

/// Answers `/good`, `/flaky` each third time, `/down` never, and knows nothing else.
#[derive(Default)]
struct Unreliable {
    asked: AtomicU32,
    for_flaky: AtomicU32,
}

impl Site for Unreliable {
    async fn reply(&self, uri: &Uri) -> Reply {
        self.asked.fetch_add(1, Relaxed);
        match uri.path() {
            "/good" => full("text/plain", "good"),
            "/flaky" if self.for_flaky.fetch_add(1, Relaxed) % 3 == 2 => full("text/plain", "at last"),
            "/flaky" | "/down" => status(StatusCode::SERVICE_UNAVAILABLE),
            _ => status(StatusCode::NOT_FOUND),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let site = Arc::new(Unreliable::default());
    let server = Server::start(site.clone()).await?;
    let web: Web = Client::builder(TokioExecutor::new()).build_http();
    let fetch = async |path: &str| -> Result<(), Box<dyn Error>> {
        let uri = format!("http://{}{path}", server.address()).parse()?;
        let page = safe_fetch(&web, &uri).await?;
        println!("{path}: {}, requests: {}", page.as_deref().unwrap_or("nothing"), site.asked.swap(0, Relaxed));
        Ok(())
    };
    for path in ["/good", "/flaky", "/missing", "/down"] {
        fetch(path).await?;
    }

    // The server stays down. When the budget is spent, each call is one request.
    println!("{} retries are left", BUDGET.available());
    for _ in 0..4 {
        fetch("/down").await?;
    }
    Ok(())
}
