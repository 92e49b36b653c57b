//! What the user asks to check: folders, web sites, or the planted site.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use url::Url;

/// One thing to check. Written to the database as `kind` and `value`, from which `--resume` reads it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// The site that this program carries.
    Planted,
    /// A folder, and the one file in it to begin with, if the user named a file.
    Folder { root: PathBuf, first: Option<PathBuf> },
    /// A page on the web; its whole host is crawled.
    Web(Url),
}

/// Why an argument can not be checked.
#[derive(Debug, Error)]
pub(crate) enum TargetError {
    #[error("cannot read {path}: {cause}")]
    Unreadable { path: String, cause: io::Error },
    #[error("{0} is not a valid URL: {1}")]
    Url(String, url::ParseError),
    #[error("there is no HTML file in {0}")]
    Empty(String),
}

impl Target {
    pub(crate) fn parse(argument: &str) -> Result<Self, TargetError> {
        let lower = argument.to_ascii_lowercase();
        if lower.starts_with("http://") || lower.starts_with("https://") {
            let mut url = Url::parse(argument).map_err(|cause| TargetError::Url(argument.to_owned(), cause))?;
            url.set_fragment(None);
            return Ok(Self::Web(url));
        }
        let unreadable = |cause| TargetError::Unreadable { path: argument.to_owned(), cause };
        let path = fs::canonicalize(argument).map_err(unreadable)?;
        if path.is_dir() {
            return Ok(Self::Folder { root: path, first: None });
        }
        let root = path.parent().unwrap_or(Path::new("/")).to_owned();
        Ok(Self::Folder { root, first: Some(path) })
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Planted => "planted",
            Self::Folder { .. } => "path",
            Self::Web(_) => "url",
        }
    }

    pub(crate) fn value(&self) -> String {
        match self {
            Self::Planted => String::new(),
            Self::Folder { root, first } => first.as_ref().unwrap_or(root).display().to_string(),
            Self::Web(url) => url.to_string(),
        }
    }

    /// The target that was stored with this kind and value.
    pub(crate) fn from_stored(kind: &str, value: &str) -> Result<Self, TargetError> {
        if kind == "planted" { Ok(Self::Planted) } else { Self::parse(value) }
    }

    /// How the pages of this target are called in reports: what stands before their path.
    pub(crate) fn label(&self, argument: &str) -> String {
        let folder = match self {
            Self::Planted => return "/".to_owned(),
            Self::Web(_) => return String::new(),
            Self::Folder { first: None, .. } => argument.to_owned(),
            Self::Folder { first: Some(_), .. } => Path::new(argument).parent().unwrap_or(Path::new("")).display().to_string(),
        };
        match folder.trim_end_matches('/') {
            "" if folder.is_empty() => folder,
            "." => String::new(),
            folder => format!("{folder}/"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planted => f.write_str("the planted site"),
            _ => f.write_str(&self.value()),
        }
    }
}

/// The files of a folder that a crawl begins with: `first`, or its index.html, or every HTML file in it.
pub(crate) fn first_files(root: &Path, first: Option<&Path>) -> Result<Vec<PathBuf>, TargetError> {
    if let Some(first) = first {
        return Ok(vec![first.to_owned()]);
    }
    let index = root.join("index.html");
    if index.is_file() {
        return Ok(vec![index]);
    }
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let unreadable = |cause| TargetError::Unreadable { path: folder.display().to_string(), cause };
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            // The type of the entry itself: a link to a folder may lead in a circle.
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push(path);
            } else if is_html(&path) {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        return Err(TargetError::Empty(root.display().to_string()));
    }
    files.sort();
    Ok(files)
}

pub(crate) fn is_html(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["html", "htm", "xhtml"].iter().any(|html| extension.eq_ignore_ascii_case(html))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        fs::write(&file, "").unwrap();
        let root = folder.path().canonicalize().unwrap();

        let parsed = Target::parse(folder.path().to_str().unwrap()).unwrap();
        assert_eq!(parsed, Target::Folder { root: root.clone(), first: None });
        let parsed = Target::parse(file.to_str().unwrap()).unwrap();
        let first = Some(root.join("page.html"));
        assert_eq!(parsed, Target::Folder { root, first });
        assert_eq!(Target::from_stored(parsed.kind(), &parsed.value()).unwrap(), parsed);
        assert!(matches!(Target::parse("HTTP://example.com/#x"), Ok(Target::Web(url)) if url.as_str() == "http://example.com/"));
        assert!(matches!(Target::parse("https://["), Err(TargetError::Url(..))));
        assert!(matches!(Target::parse("no/such/folder"), Err(TargetError::Unreadable { .. })));
    }

    #[test]
    fn labels_are_what_the_user_wrote() {
        let folder = Target::Folder { root: "/a/docs".into(), first: None };
        assert_eq!(folder.label("docs"), "docs/");
        assert_eq!(folder.label("docs/"), "docs/");
        assert_eq!(folder.label("."), "");
        let file = Target::Folder { root: "/a/docs".into(), first: Some("/a/docs/x.html".into()) };
        assert_eq!(file.label("docs/x.html"), "docs/");
        assert_eq!(file.label("x.html"), "");
    }

    #[test]
    fn without_an_index_every_html_file_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(matches!(first_files(folder.path(), None), Err(TargetError::Empty(_))));
        fs::create_dir(at("sub")).unwrap();
        for name in ["b.html", "a.HTM", "note.txt", "sub/c.html"] {
            fs::write(at(name), "").unwrap();
        }
        let found = first_files(folder.path(), None).unwrap();
        assert_eq!(found, [at("a.HTM"), at("b.html"), at("sub/c.html")]);
        fs::write(at("index.html"), "").unwrap();
        assert_eq!(first_files(folder.path(), None).unwrap(), [at("index.html")]);
    }
}
