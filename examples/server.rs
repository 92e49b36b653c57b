//! A small HTTP server on loopback, for what the examples ask for.

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
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use weftwork::{OnFailure, Task, spawn, task_group};

/// How long to wait when no connection can be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// What the server answers with.
pub type Reply = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// Where the answers come from.
pub trait Site: Send + Sync + 'static {
    /// The answer to a GET.
    fn reply(&self, uri: &Uri) -> impl Future<Output = Reply> + Send;
}

impl<S: Site> Site for Arc<S> {
    async fn reply(&self, uri: &Uri) -> Reply {
        (**self).reply(uri).await
    }
}

/// A running server. Dropping it ends it and its connections.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    _accepting: Task<()>,
}

impl Server {
    /// Serves on a free port of the loopback interface.
    ///
    /// # Errors
    /// If there is none.
    pub async fn start(site: impl Site) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let accepting = spawn(accept(listener, Arc::new(site))).named("the embedded server");
        Ok(Self { address, _accepting: accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Owns the connections, so that they end with it.
async fn accept(listener: TcpListener, site: Arc<impl Site>) {
    let serving = task_group(async |connections| -> () {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, site.clone()));
                }
                // Too many open files, mostly: the client's next attempt may find a free one.
                Err(error) => {
                    eprintln!("the embedded server: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    });
    // One that panics is no reason to end the others.
    let _never_ends = serving.on_failure(OnFailure::Ignore).await;
}

async fn serve(stream: TcpStream, site: Arc<impl Site>) {
    let service = service_fn(|request| answer(request, &*site));
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    // A client that hangs up in the middle is the usual end: it has read the status and wants no more.
    drop(connection.await);
}

async fn answer(request: Request<Incoming>, site: &impl Site) -> Result<Reply, Infallible> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Ok(status(StatusCode::METHOD_NOT_ALLOWED));
    }
    Ok(site.reply(request.uri()).await)
}

/// A body that is there already.
pub fn full(media: &'static str, body: impl Into<Bytes>) -> Reply {
    let body = Full::new(body.into()).map_err(|never| match never {});
    let mut reply = Response::new(body.boxed_unsync());
    let media = HeaderValue::from_static(media);
    reply.headers_mut().insert(header::CONTENT_TYPE, media);
    reply
}

/// A page.
pub fn html(page: &'static str) -> Reply {
    full("text/html; charset=utf-8", page)
}

/// A body that is made while it is sent, of a known length or not.
pub fn streamed(
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
pub fn status(status: StatusCode) -> Reply {
    let mut reply = full("text/plain", status.to_string());
    *reply.status_mut() = status;
    reply
}

/// To another address.
pub fn redirect(location: &str) -> Reply {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let mut reply = status(StatusCode::FOUND);
            reply.headers_mut().insert(header::LOCATION, location);
            reply
        }
        Err(error) => failure(&error),
    }
}

/// Something went wrong here.
pub fn failure(error: &impl Display) -> Reply {
    let mut reply = full("text/plain", error.to_string());
    *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    reply
}
