//! The planted site: a few good pages, and one of each defect.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use futures_core::Stream;
use hyper::body::Frame;
use hyper::{StatusCode, Uri};
use weftwork::prelude::*;

use crate::server::{Reply, Site, html, redirect, status, streamed};

const INDEX: &str = r##"<!doctype html>
<html lang="en">
<head><title>A small site</title><link rel="stylesheet" href="style.css"></head>
<body>
<h1 id="top-of-page">A small site</h1>
<ul>
<li><a href="guide/">The guide</a>, <a href="/guide/#second">its second part</a>
<li><a href="about.html">About</a>, <a href="about.html#team">the team</a>
<li><a href="missing.html">A page that is not there</a>
<li><a href="about.html#history">A place that is not there</a>
<li><a href="slow.html">A page that takes too long</a>
<li><a href="flaky.html">A page that answers the third time</a>
<li><a href="loop/a">A redirect that leads back to itself</a>
<li><a href="endless.html">A page that never ends</a>
<li><a href="old.html">A page that has moved</a>
</ul>
<p><a href="#top">Up</a> <a href="mailto:someone@example.com">Mail</a> <a href="https://example.com/">Elsewhere</a></p>
</body>
</html>
"##;

const GUIDE: &str = r#"<!doctype html>
<html lang="en">
<head><title>The guide</title><base href="/guide/"></head>
<body>
<h1 id="first">The guide</h1>
<p><a href="../">Back</a>, <a href="./#first">first</a>, <a href="caf%C3%A9.html">a café</a></p>
<h2 id="second">Second</h2>
</body>
</html>
"#;

const ABOUT: &str = r#"<!doctype html>
<html lang="en">
<head><title>About</title></head>
<body>
<h1 id="us">About</h1>
<h2><a name="team">The team</a></h2>
<p><a href="/">Home</a> <a href="guide/#first">The guide</a></p>
</body>
</html>
"#;

const CAFE: &str = "<!doctype html><title>A café</title><p><a href=./>Back to the guide</a></p>";
const FLAKY: &str = "<!doctype html><title>At last</title><p><a href=about.html#us>About</a></p>";

/// The site. It counts, since one page fails twice before it answers.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    asked_for_flaky: AtomicU32,
}

impl Site for Planted {
    async fn reply(&self, uri: &Uri) -> Reply {
        match uri.path() {
            "/" => html(INDEX),
            "/guide/" => html(GUIDE),
            "/guide/caf%C3%A9.html" => html(CAFE),
            "/about.html" => html(ABOUT),
            "/style.css" => status(StatusCode::OK),
            "/old.html" => redirect("/about.html"),
            "/loop/a" => redirect("b"),
            "/loop/b" => redirect("/loop/a"),
            "/flaky.html" if self.asked_for_flaky.fetch_add(1, Ordering::Relaxed) < 2 => status(StatusCode::SERVICE_UNAVAILABLE),
            "/flaky.html" => html(FLAKY),
            // Longer than any timeout; ends when the client hangs up.
            "/slow.html" => std::future::pending().await,
            "/endless.html" => streamed("text/html", None, endless()),
            _ => status(StatusCode::NOT_FOUND),
        }
    }
}

fn endless() -> impl Stream<Item = io::Result<Frame<Bytes>>> + Send {
    let words = Bytes::from("<p>and so on ".repeat(1000));
    generator!(async move {
        loop {
            yield Ok(Frame::data(words.clone()));
        }
    })
}
