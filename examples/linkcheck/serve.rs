//! The embedded HTTP server: a folder or the planted site, on loopback.

use std::convert::Infallible;
use std::fmt::Display;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::linkcheck::folder::Folder;
use crate::linkcheck::planted::Planted;

/// How long to wait when no connection can be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// What the server answers with.
pub(crate) type Reply = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// Where the answers come from.
#[derive(Debug)]
pub(crate) enum Content {
    Planted(Planted),
    Folder(Folder),
}

/// A running server. Dropping it ends it and its connections.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Server {
    /// Serves on a free port of the loopback interface.
    pub(crate) async fn start(content: Content) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, Arc::new(content))).abort_handle();
        Ok(Self { address, accepting })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Owns the connections, so that they end with it.
async fn accept(listener: TcpListener, content: Arc<Content>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, content.clone()));
                }
                // Too many open files, mostly: the client's next attempt may find a free one.
                Err(error) => {
                    eprintln!("linkcheck: the embedded server: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, content: Arc<Content>) {
    let service = service_fn(|request| answer(request, &content));
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    // A client that hangs up in the middle is the usual end: it has read the status and wants no more.
    drop(connection.await);
}

async fn answer(request: Request<Incoming>, content: &Content) -> Result<Reply, Infallible> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Ok(status(StatusCode::METHOD_NOT_ALLOWED));
    }
    let path = request.uri().path();
    Ok(match content {
        Content::Planted(site) => site.reply(path).await,
        Content::Folder(folder) => folder.reply(path).await,
    })
}

pub(crate) fn full(media: &'static str, body: impl Into<Bytes>) -> Reply {
    let body = Full::new(body.into()).map_err(|never| match never {});
    let mut reply = Response::new(body.boxed_unsync());
    let media = HeaderValue::from_static(media);
    reply.headers_mut().insert(header::CONTENT_TYPE, media);
    reply
}

pub(crate) fn html(page: &'static str) -> Reply {
    full("text/html; charset=utf-8", page)
}

/// A body that is made while it is sent, of a known length or not.
pub(crate) fn streamed(
    media: &'static str,
    length: Option<u64>,
    frames: impl Stream<Item = io::Result<Frame<Bytes>>> + Send + 'static,
) -> Reply {
    let mut reply = Response::new(StreamBody::new(frames).boxed_unsync());
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    reply
}

/// A status with a line that says so.
pub(crate) fn status(status: StatusCode) -> Reply {
    let mut reply = full("text/plain", status.to_string());
    *reply.status_mut() = status;
    reply
}

pub(crate) fn redirect(location: &str) -> Reply {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let mut reply = status(StatusCode::FOUND);
            reply.headers_mut().insert(header::LOCATION, location);
            reply
        }
        Err(error) => failure(&error),
    }
}

pub(crate) fn failure(error: &impl Display) -> Reply {
    let mut reply = full("text/plain", error.to_string());
    *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    reply
}
