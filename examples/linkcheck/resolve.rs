//! Where a link leads, as a browser resolves it.

use url::{ParseError, Url};

use crate::linkcheck::sites::Sites;

/// What a link stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// Something to check: a URL without its fragment, and the fragment, if the browser has to look for it.
    Link { url: Url, fragment: Option<String> },
    /// `mailto:`, `javascript:`, `data:` and every other scheme that is not fetched.
    NotFetched,
    /// Not a URL.
    Invalid,
}

/// The URL that relative links of a page start from.
pub(crate) fn base_of(page: &Url, base: Option<&str>) -> Url {
    // A browser ignores a base that is no URL, and one that could run code.
    base.and_then(|href| page.join(href).ok())
        .filter(|url| !matches!(url.scheme(), "data" | "javascript"))
        .unwrap_or_else(|| page.clone())
}

/// Resolves a link of a page whose base is `base`.
pub(crate) fn resolve(sites: &Sites, base: &Url, href: &str) -> Resolved {
    let Ok(mut url) = base.join(href) else {
        // Only what is fetched has to be a well-formed URL.
        let scheme = href.trim().split(':').next().unwrap_or_default().to_ascii_lowercase();
        let fetched = matches!(&*scheme, "http" | "https") || !href.contains(':') || href.trim().starts_with("//");
        return if fetched { Resolved::Invalid } else { Resolved::NotFetched };
    };
    if let Some(file) = climbs_out(sites, base, href) {
        url = sites.served(base, &file).unwrap_or(file);
    } else if !matches!(url.scheme(), "http" | "https") {
        return Resolved::NotFetched;
    }
    let fragment = url.fragment().and_then(searched_for);
    url.set_fragment(None);
    Resolved::Link { url, fragment }
}

/// The file that a link means whose `..` lead above the top of a served folder. HTTP knows nothing above the top, so
/// a browser would stay in the folder; on disk, and wherever the folder is part of a larger site, the link goes on.
fn climbs_out(sites: &Sites, base: &Url, href: &str) -> Option<Url> {
    let is_relative = matches!(Url::parse(href), Err(ParseError::RelativeUrlWithoutBase));
    let may_climb = href.contains("..") || href.contains("%2e") || href.contains("%2E");
    if !is_relative || !may_climb || href.trim_start().starts_with(['/', '\\']) {
        return None;
    }
    let file = sites.as_file(base)?.join(href).ok()?;
    (sites.served(base, &file) != base.join(href).ok()).then_some(file)
}

/// The part of a fragment that names a place. The top of a page is always there, and what follows `:~:` selects text.
fn searched_for(fragment: &str) -> Option<String> {
    let place = fragment.split(":~:").next().unwrap_or_default();
    (!place.is_empty() && !place.eq_ignore_ascii_case("top")).then(|| place.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkcheck::target::Target;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn links_to(base: &str, href: &str) -> String {
        match resolve(&Sites::default(), &url(base), href) {
            Resolved::Link { url, fragment: None } => url.to_string(),
            Resolved::Link { url, fragment: Some(fragment) } => format!("{url} at {fragment}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn links_resolve_as_in_a_browser() {
        let page = "http://h/a/b.html?q#f";
        for (href, expected) in [
            ("c.html", "http://h/a/c.html"),
            (" ../c d.html\n", "http://h/c%20d.html"),
            ("../../../c", "http://h/c"),
            ("/c", "http://h/c"),
            ("//other/c", "http://other/c"),
            ("?x=1", "http://h/a/b.html?x=1"),
            ("", "http://h/a/b.html?q"),
            ("#", "http://h/a/b.html?q"),
            ("#TOP", "http://h/a/b.html?q"),
            ("#x y", "http://h/a/b.html?q at x%20y"),
            ("c#:~:text=word", "http://h/a/c"),
            ("c#x:~:text=word", "http://h/a/c at x"),
            ("HTTPS://Other:443/%7Ex", "https://other/%7Ex"),
            ("caf\u{e9}", "http://h/a/caf%C3%A9"),
        ] {
            assert_eq!(links_to(page, href), expected, "{href}");
        }
    }

    #[test]
    fn other_schemes_are_not_fetched() {
        for href in ["mailto:a@b", "javascript:void(0)", "data:text/html,x", "tel:+1", "JavaScript:x", "about:blank"] {
            assert_eq!(links_to("http://h/", href), "NotFetched", "{href}");
        }
        for href in ["http://", "http://[x", "//a b/", "https://h:99999/"] {
            assert_eq!(links_to("http://h/", href), "Invalid", "{href}");
        }
    }

    #[test]
    fn a_base_moves_relative_links() {
        let page = url("http://h/a/b.html");
        assert_eq!(base_of(&page, None), page);
        assert_eq!(base_of(&page, Some("/c/")).as_str(), "http://h/c/");
        assert_eq!(base_of(&page, Some("d/")).as_str(), "http://h/a/d/");
        assert_eq!(base_of(&page, Some("javascript:x")), page);
        assert_eq!(base_of(&page, Some("http://[")), page);
    }

    #[tokio::test]
    async fn a_link_that_climbs_out_of_a_folder_means_a_file() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("book");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("index.html"), "").unwrap();
        let mut sites = Sites::default();
        let first = sites.add(&Target::Folder { root, first: None }, "book/").await.unwrap();
        let to = |href| match resolve(&sites, &first[0], href) {
            Resolved::Link { url, .. } => url.to_string(),
            other => format!("{other:?}"),
        };
        let file = Url::from_file_path(parent.path().join("std/x.html")).unwrap();
        assert_eq!(to("../std/x.html#y"), file.as_str());
        assert_eq!(to("../book/x.html"), "http://folder-1.invalid/x.html");
        assert_eq!(to("a/../x.html"), "http://folder-1.invalid/x.html");
        assert_eq!(to("/../x.html"), "http://folder-1.invalid/x.html");
        assert_eq!(to("http://h/../x.html"), "http://h/x.html");
        assert_eq!(to("file:///x"), "NotFetched");
    }
}
