//! Async generators against a paged HTTP API: streams, errors, early ends, an iterator, and a tree.
//!
//! `cargo run --example 01_async_generator`

use std::num::ParseIntError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::http::uri::InvalidUri;
use hyper::{StatusCode, Uri};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use weftwork::prelude::*;
use weftwork_examples::server::{self, Reply, Server, Site};

#[derive(Debug, thiserror::Error)]
enum ShopError {
    #[error("{0}")]
    Status(StatusCode),
    #[error(transparent)]
    Request(#[from] legacy::Error),
    #[error(transparent)]
    Answer(#[from] hyper::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Address(#[from] InvalidUri),
    #[error("a price that is none: {0}")]
    Price(#[from] ParseIntError),
}

/// The client of a shop that answers in pages.
struct Client {
    http: legacy::Client<HttpConnector, Empty<Bytes>>,
    root: String,
}

impl Client {
    fn new(server: &Server) -> Self {
        Self { http: legacy::Client::builder(TokioExecutor::new()).build_http(), root: format!("http://{}", server.address()) }
    }

    async fn get(&self, path: &str) -> Result<Value, ShopError> {
        let answer = self.http.get(format!("{}{path}", self.root).parse()?).await?;
        if !answer.status().is_success() {
            return Err(ShopError::Status(answer.status()));
        }
        Ok(serde_json::from_slice(&answer.into_body().collect().await?.to_bytes())?)
    }

    try_generator!(
        /// All items of a list. A page is fetched when the item behind the last one is asked for.
        async fn items(&self, list: &str) -> impl Stream<Item = Result<String, ShopError>> {
            let mut next = Some(1);
            while let Some(number) = next {
                let page = self.get(&format!("/{list}?page={number}")).await?;
                yield ..texts(&page["items"]);
                next = page["next"].as_u64();
            }
        }
    );

    try_generator!(
        /// One that is no number is an error, and no reason to stop.
        async fn prices(&self) -> impl Stream<Item = Result<u32, ShopError>> {
            for await price in self.items("prices") {
                match price?.parse() {
                    Ok(price) => yield price,
                    Err(error) => yield_err!(ShopError::Price(error)),
                }
            }
        }
    );

    /// Recursion yields through a handle: one stream, however deep the tree.
    async fn walk(&self, y: &Yielder<'_, Result<String, ShopError>>, name: &str, depth: usize) -> Result<(), ShopError> {
        y.emit(Ok(format!("{:depth$}{name}", ""))).await;
        let shelf = self.get(&format!("/shelves/{name}")).await?;
        for child in texts(&shelf["holds"]) {
            Box::pin(self.walk(y, &child, depth + 2)).await?;
        }
        Ok(())
    }

    fn shelves(&self) -> impl Stream<Item = Result<String, ShopError>> {
        try_stream(async move |y| self.walk(&y, "tea", 0).await)
    }
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

generator!(
    /// Without `async` it is an iterator: the names, each letter announced before its first one.
    fn with_letters(names: &[String]) -> impl Iterator<Item = String> {
        let mut letter = None;
        for name in names {
            let first = name.chars().next();
            if first != letter {
                yield format!("{}:", first.unwrap_or(' '));
                letter = first;
            }
            yield format!("  {name}");
        }
    }
);

async fn visit(client: &Client, shop: &Shop) -> Result<(), ShopError> {
    let mut teas = Vec::new();
    for_await!(for tea in client.items("teas") {
        teas.push(tea?);
    });
    println!("{} teas on {} pages", teas.len(), shop.taken());
    for line in with_letters(&teas) {
        println!("{line}");
    }

    // What nobody asks for is not fetched.
    for_await!(for tea in client.items("teas") {
        if tea?.starts_with('e') {
            break;
        }
    });
    println!("a tea with e after {} pages", shop.taken());

    let (mut sum, mut wrong) = (0, Vec::new());
    for_await!(for price in client.prices() {
        match price {
            Ok(price) => sum += price,
            Err(error) => wrong.push(error.to_string()),
        }
    });
    println!("{sum} cents; {}", wrong.join(", "));

    for_await!(for shelf in client.shelves() {
        println!("{}", shelf?);
    });

    // An error is the last item, and `?` takes it out of this function.
    for_await!(for order in client.items("orders") {
        println!("order {}", order?);
    });
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let shop = Arc::new(Shop::default());
    let server = Server::start(shop.clone()).await?;
    if let Err(error) = visit(&Client::new(&server), &shop).await {
        println!("the shop says: {error}");
    }
    Ok(())
}

/// The other side: lists in pages of three, and shelves in shelves. Counts the pages.
#[derive(Default)]
struct Shop {
    pages: AtomicU32,
}

impl Shop {
    /// Pages since the last call.
    fn taken(&self) -> u32 {
        self.pages.swap(0, Ordering::Relaxed)
    }

    fn page(&self, list: &[&str], uri: &Uri) -> Reply {
        let number = uri.query().and_then(|query| query.strip_prefix("page=")?.parse::<usize>().ok()).unwrap_or(1);
        self.pages.fetch_add(1, Ordering::Relaxed);
        match list.chunks(3).nth(number - 1) {
            Some(items) => json(&json!({ "items": items, "next": (number * 3 < list.len()).then_some(number + 1) })),
            None => server::status(StatusCode::NOT_FOUND),
        }
    }
}

impl Site for Shop {
    async fn reply(&self, uri: &Uri) -> Reply {
        match uri.path() {
            "/teas" => self.page(&["assam", "ceylon", "darjeeling", "dooars", "earl grey", "keemun", "kukicha"], uri),
            "/prices" => self.page(&["250", "310", "on request", "180"], uri),
            "/orders" if uri.query() == Some("page=2") => server::status(StatusCode::INTERNAL_SERVER_ERROR),
            "/orders" => self.page(&["1001", "1002", "1003", "1004"], uri),
            "/shelves/tea" => json(&json!({ "holds": ["black", "green"] })),
            "/shelves/black" => json(&json!({ "holds": ["smoked"] })),
            path if path.starts_with("/shelves/") => json(&json!({ "holds": [] })),
            _ => server::status(StatusCode::NOT_FOUND),
        }
    }
}

fn json(value: &Value) -> Reply {
    server::full("application/json", value.to_string())
}
