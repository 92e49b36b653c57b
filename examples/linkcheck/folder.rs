//! A folder of files as a web site.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use bytes::Bytes;
use futures_core::Stream;
use hyper::body::Frame;
use hyper::{StatusCode, Uri};
use tokio::io::AsyncReadExt;
use tokio::task::spawn_blocking;
use url::Url;
use weftwork::prelude::*;

use crate::linkcheck::target::is_html;
use crate::server::{Reply, Site, failure, full, redirect, status, streamed};

/// Files up to this size are sent in one piece.
const WHOLE: u64 = 1 << 20;
const CHUNK: usize = 1 << 16;

/// The files below `root`. A folder leads on to its index.html, so that each file has one URL.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// `root` as a `file:` URL; knows how file names are percent-encoded.
    url: Url,
}

enum Found {
    Whole(PathBuf, Vec<u8>),
    Large(PathBuf, File, u64),
    /// A folder that has an index.html.
    Folder,
}

impl Folder {
    pub(crate) fn new(root: PathBuf) -> io::Result<Self> {
        let url =
            Url::from_directory_path(&root).map_err(|()| io::Error::new(io::ErrorKind::InvalidInput, "not an absolute path"))?;
        Ok(Self { root, url })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The file that a request's path names; nothing above the root.
    fn locate(&self, path: &str) -> Option<PathBuf> {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{}", self.url.path(), path.strip_prefix('/')?));
        let file = url.to_file_path().ok()?;
        // An encoded slash can hide a `..` from the URL.
        let below = file.strip_prefix(&self.root).ok()?;
        let plain = below.components().all(|part| matches!(part, Component::Normal(_)));
        // The path of a file with a slash behind it names nothing.
        let kind_fits = !path.ends_with('/') || file.is_dir();
        (plain && kind_fits).then_some(file)
    }
}

impl Site for Folder {
    async fn reply(&self, uri: &Uri) -> Reply {
        let path = uri.path();
        let Some(file) = self.locate(path) else {
            return status(StatusCode::NOT_FOUND);
        };
        let found = match spawn_blocking(move || open(file)).await {
            Ok(found) => found,
            Err(error) => return failure(&error),
        };
        match found {
            Ok(Found::Whole(file, content)) => full(media(&file), content),
            Ok(Found::Large(file, open, length)) => streamed(media(&file), Some(length), chunks(open)),
            Ok(Found::Folder) => redirect(&format!("{}/index.html", path.trim_end_matches('/'))),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
                    status(StatusCode::NOT_FOUND)
                }
                io::ErrorKind::PermissionDenied => status(StatusCode::FORBIDDEN),
                _ => failure(&error),
            },
        }
    }
}

fn open(path: PathBuf) -> io::Result<Found> {
    let mut file = File::open(&path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        std::fs::metadata(path.join("index.html"))?;
        return Ok(Found::Folder);
    }
    if metadata.len() > WHOLE {
        return Ok(Found::Large(path, file, metadata.len()));
    }
    let mut content = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.read_to_end(&mut content)?;
    Ok(Found::Whole(path, content))
}

fn chunks(file: File) -> impl Stream<Item = io::Result<Frame<Bytes>>> + Send {
    try_generator!(async move {
        let mut file = tokio::fs::File::from_std(file);
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            if file.read_buf(&mut chunk).await? == 0 {
                return;
            }
            yield Frame::data(Bytes::from(chunk));
        }
    })
}

fn media(path: &Path) -> &'static str {
    if is_html(path) {
        return "text/html";
    }
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_above_the_root_is_served() {
        let folder = Folder::new("/srv/docs".into()).unwrap();
        assert_eq!(folder.locate("/a/b.html"), Some("/srv/docs/a/b.html".into()));
        assert_eq!(folder.locate("/caf%C3%A9%20x.html"), Some("/srv/docs/café x.html".into()));
        for outside in ["/../x", "/%2e%2e/x", "/..%2fx", "/a/..%2f..%2fx", "x"] {
            assert_eq!(folder.locate(outside), None, "{outside}");
        }
    }

    #[tokio::test]
    async fn files_and_folders_are_answered() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("sub/bare")).unwrap();
        std::fs::write(root.path().join("sub/index.html"), "page").unwrap();
        std::fs::write(root.path().join("large.bin"), vec![7; 3 << 20]).unwrap();
        let folder = Folder::new(root.path().to_owned()).unwrap();
        for (path, expected) in [
            ("/sub/index.html", 200),
            ("/sub/index.html/", 404),
            ("/sub", 302),
            ("/sub/", 302),
            ("/sub/bare/", 404),
            ("/large.bin", 200),
            ("/nothing", 404),
            ("/sub/index.html/below", 404),
        ] {
            assert_eq!(folder.reply(&Uri::from_static(path)).await.status(), expected, "{path}");
        }
        let moved = folder.reply(&Uri::from_static("/sub/")).await;
        assert_eq!(moved.headers()["location"], "/sub/index.html");

        use http_body_util::BodyExt;
        let body = folder.reply(&Uri::from_static("/large.bin")).await.into_body().collect().await.unwrap();
        assert_eq!(body.to_bytes().len(), 3 << 20);
    }
}
