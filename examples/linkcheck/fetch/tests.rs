//! The client against servers of a few lines.

use super::*;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that gives each request, "GET /path", the answer of `answer`, and no answer for none.
async fn server(answer: fn(&str) -> Option<&'static str>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                match answer(request.split(" HTTP").next().unwrap()) {
                    Some(answer) => {
                        let answer = format!("HTTP/1.1 {answer}\r\nConnection: close\r\n\r\n");
                        stream.write_all(answer.as_bytes()).await.unwrap();
                    }
                    None => std::future::pending().await,
                }
            });
        }
    });
    format!("http://{address}/").parse().unwrap()
}

fn fetcher(inside: &Url, retries: u32) -> Fetcher {
    let mut sites = Sites::default();
    sites.add_web(inside, "");
    let manners = Manners { timeout: Duration::from_secs(2), retries, per_host: 4 };
    Fetcher::new(Arc::new(sites), manners)
}

async fn fetch(path: &str, answer: fn(&str) -> Option<&'static str>) -> String {
    let site = server(answer).await;
    let found = fetcher(&site, 0).fetch(&site.join(path).unwrap()).await;
    match found {
        Ok(Found::Page { status, body }) => format!("{status} page of {}", body.len()),
        Ok(Found::Resource { status }) => format!("{status} resource"),
        Ok(Found::Moved { status, to }) => format!("{status} moved to {}", to.path()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn an_answer_is_told_by_status_and_media_type() {
    let answer = |request: &str| {
        Some(match request {
            "GET /page" => "200 OK\r\nContent-Type: Text/HTML; charset=utf-8\r\nContent-Length: 0",
            "GET /image" => "200 OK\r\nContent-Type: image/png",
            "GET /untyped" => "200 OK",
            "GET /gone" => "410 Gone",
            "GET /long" => "200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999999999",
            "GET /cut" => "200 OK\r\nContent-Type: text/html\r\nContent-Length: 9",
            _ => "599 Strange",
        })
    };
    assert_eq!(fetch("page", answer).await, "200 page of 0");
    assert_eq!(fetch("image", answer).await, "200 resource");
    assert_eq!(fetch("untyped", answer).await, "200 resource");
    assert_eq!(fetch("gone", answer).await, "gone");
    assert_eq!(fetch("other", answer).await, "unknown status");
    assert_eq!(fetch("cut", answer).await, "connection failed: end of file before message length reached");
    assert_eq!(fetch("silent", |_| None).await, "timeout");
}

#[tokio::test]
async fn redirects_are_followed_to_their_end() {
    let answer = |request: &str| {
        Some(match request {
            "GET /a/1" => "301 Moved\r\nLocation: 2",
            "GET /a/2" => "307 Temporary\r\nLocation: /b?c#d",
            "GET /b?c" => "200 OK\r\nContent-Type: text/html\r\nContent-Length: 9",
            "GET /away" => "302 Found\r\nLocation: http://elsewhere.invalid/x",
            "GET /none" => "302 Found",
            "GET /ftp" => "302 Found\r\nLocation: ftp://host/",
            "GET /broken" => "302 Found\r\nLocation: gone",
            "GET /self" => "302 Found\r\nLocation: self",
            // Eleven hops from the top.
            chain if chain.starts_with("GET /chain/") && chain.len() < "GET /chain/".len() + 22 => "302 Found\r\nLocation: x/",
            chain if chain.starts_with("GET /chain/") => "200 OK",
            _ => "404 Not Found",
        })
    };
    assert_eq!(fetch("a/1", answer).await, "200 moved to /b");
    assert_eq!(fetch("away", answer).await, "302 moved to /x");
    assert_eq!(fetch("none", answer).await, "redirect to nowhere");
    assert_eq!(fetch("ftp", answer).await, "redirect to nowhere");
    assert_eq!(fetch("broken", answer).await, "not found");
    assert_eq!(fetch("self", answer).await, "redirect loop");
    assert!(fetch("chain/x/", answer).await.starts_with("200 moved to /chain/x/x/"));
    assert_eq!(fetch("chain/", answer).await, "more than 10 redirects");
}

#[tokio::test]
async fn a_server_without_head_is_asked_by_get() {
    let site = server(|request| match request {
        "HEAD /refused" => Some("405 Method Not Allowed"),
        "HEAD /ignored" => None,
        _ => Some("200 OK"),
    })
    .await;
    let fetcher = fetcher(&site, 0);
    let url = |path| site.join(path).unwrap();
    assert!(matches!(fetcher.probe(&url("refused")).await, Ok(Found::Resource { status: 200 })));
    assert_eq!(fetcher.reach(&url("ignored")).await.unwrap(), url("ignored"));
}

#[tokio::test]
async fn a_busy_server_says_when_to_come_back() {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let site = server(|request| {
        let asked = ASKED.fetch_add(1, Ordering::Relaxed);
        Some(match request {
            "GET /soon" if asked < 2 => "503 Service Unavailable\r\nRetry-After: 20",
            "GET /later" => "503 Service Unavailable\r\nRetry-After: 20",
            "GET /someday" => "503 Service Unavailable\r\nRetry-After: 3600",
            _ => "200 OK",
        })
    })
    .await;
    let fetcher = fetcher(&site, 5);
    let fetch = async |path| without_retry_delays(fetcher.fetch(&site.join(path).unwrap())).await;
    assert!(matches!(fetch("soon").await, Ok(Found::Resource { status: 200 })));
    assert_eq!(ASKED.load(Ordering::Relaxed), 3);

    // Nobody waits for an hour.
    let error = fetch("someday").await.unwrap_err();
    assert_eq!(error.retry_after(), Some(secs(3600)));
    assert_eq!(ASKED.load(Ordering::Relaxed), 4);

    // Nor longer than there is time for.
    assert!(timeout(secs(10), fetch("later")).await.unwrap().is_err());
    assert_eq!(ASKED.load(Ordering::Relaxed), 5);
}
