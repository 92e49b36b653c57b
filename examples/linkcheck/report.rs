//! The result, for people and for programs.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Value, json};
use thiserror::Error;
use weftwork::prelude::*;

use crate::linkcheck::findings::BrokenLink;
use crate::linkcheck::sites::Sites;
use crate::linkcheck::store::{Counts, Store, StoreError};

/// Why the result could not be written.
#[derive(Debug, Error)]
pub(crate) enum ReportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot write the result: {0}")]
    Write(#[from] io::Error),
}

/// The numbers that end a report.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) counts: Counts,
    pub(crate) elapsed: Duration,
    pub(crate) pages_per_second: f64,
}

const COLUMNS: [&str; 4] = ["PAGE", "LINK", "STATUS", "REASON"];
/// A cell may be longer, but does not push the others aside.
const WIDEST: usize = 80;
/// What the user named stands in no page.
const COMMAND_LINE: &str = "(command line)";

/// Writes a table of the broken links and a summary. Gives the number of broken links.
///
/// The links come twice from the store, once to measure the columns: they need not all be in memory.
pub(crate) async fn table(out: &mut impl Write, sites: &Sites, store: &Store, summary: &Summary) -> Result<u64, ReportError> {
    let mut widths = COLUMNS.map(str::len);
    let mut broken = 0;
    for_await!(for link in store.broken_links() {
        let row = row(sites, &link?);
        for (width, cell) in widths.iter_mut().zip(&row) {
            *width = (*width).max(cell.chars().count()).min(WIDEST);
        }
        broken += 1;
    });
    if broken > 0 {
        write_row(out, widths, COLUMNS.map(str::to_owned))?;
        for_await!(for link in store.broken_links() {
            write_row(out, widths, row(sites, &link?))?;
        });
        writeln!(out)?;
    }
    writeln!(out, "{}", sentence(summary, broken))?;
    out.flush()?;
    Ok(broken)
}

fn row(sites: &Sites, link: &BrokenLink) -> [String; 4] {
    let page = link.page.as_ref().map_or(COMMAND_LINE.to_owned(), |page| format!("{}:{}", sites.display(page), link.line));
    let href = if link.page.is_some() { link.href.clone() } else { sites.display(&link.href) };
    let href = if link.count > 1 { format!("{href} ({}x)", link.count) } else { href };
    // A link may contain line breaks, which a browser ignores.
    let href = href.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let status = link.status.map_or("-".to_owned(), |status| status.to_string());
    // Names come from elsewhere: they may not control the terminal.
    [page, href, status, link.reason.clone()].map(|cell| cell.replace(char::is_control, "\u{fffd}"))
}

fn write_row(out: &mut impl Write, widths: [usize; 4], row: [String; 4]) -> io::Result<()> {
    let [page, link, status, reason] = row;
    let [page_width, link_width, status_width, _] = widths;
    writeln!(out, "{page:page_width$}  {link:link_width$}  {status:status_width$}  {reason}")
}

fn sentence(summary: &Summary, broken: u64) -> String {
    let Summary { counts, elapsed, pages_per_second } = summary;
    let mut sentence = format!(
        "{}, {}, {broken} broken; {:.1} s, {pages_per_second:.0} pages/s",
        number(counts.pages, "page"),
        number(counts.links, "link"),
        elapsed.as_secs_f64(),
    );
    if counts.open > 0 {
        sentence += &format!("; {} not checked (page limit)", number(counts.open, "URL"));
    }
    if counts.outside > 0 {
        sentence += &format!("; {} of other sites not checked (see --external)", number(counts.outside, "URL"));
    }
    sentence
}

fn number(count: u64, of: &str) -> String {
    format!("{count} {of}{}", if count == 1 { "" } else { "s" })
}

/// Writes one JSON document. Gives the number of broken links.
pub(crate) async fn json(out: &mut impl Write, sites: &Sites, store: &Store, summary: &Summary) -> Result<u64, ReportError> {
    let mut broken = 0;
    write!(out, "{{\"broken\":[")?;
    for_await!(for link in store.broken_links() {
        let separator = if broken == 0 { "\n" } else { ",\n" };
        write!(out, "{separator}{}", entry(sites, &link?))?;
        broken += 1;
    });
    let Summary { counts, elapsed, pages_per_second } = summary;
    let summary = json!({
        "pages": counts.pages,
        "links": counts.links,
        "broken": broken,
        "unchecked": counts.open,
        "unchecked_external": counts.outside,
        "seconds": elapsed.as_secs_f64(),
        "pages_per_second": pages_per_second,
    });
    writeln!(out, "\n],\n\"summary\":{summary}}}")?;
    out.flush()?;
    Ok(broken)
}

fn entry(sites: &Sites, link: &BrokenLink) -> Value {
    json!({
        "page": link.page.as_ref().map(|page| sites.display(page)),
        "line": link.page.as_ref().map(|_| link.line),
        "link": if link.page.is_some() { link.href.clone() } else { sites.display(&link.href) },
        "target": sites.display(&link.target),
        "status": link.status,
        "reason": link.reason,
        "count": link.count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_was_left_out() {
        let counts = Counts { pages: 1, links: 2, open: 3, outside: 1, ..Counts::default() };
        let summary = Summary { counts, elapsed: Duration::from_millis(1500), pages_per_second: 0.7 };
        assert_eq!(
            sentence(&summary, 0),
            "1 page, 2 links, 0 broken; 1.5 s, 1 pages/s; 3 URLs not checked (page limit); \
             1 URL of other sites not checked (see --external)"
        );
    }

    #[test]
    fn a_link_is_one_row() {
        let mut link = BrokenLink {
            page: Some("http://h/a".into()),
            line: 7,
            href: "b\n c".into(),
            target: "http://h/b%20c".into(),
            status: Some(404),
            reason: "not found".into(),
            count: 2,
        };
        let sites = Sites::default();
        assert_eq!(row(&sites, &link), ["http://h/a:7", "b c (2x)", "404", "not found"]);
        link.page = None;
        link.status = None;
        assert_eq!(row(&sites, &link)[0], COMMAND_LINE);
        assert_eq!(entry(&sites, &link)["line"], Value::Null);
        assert_eq!(row(&sites, &link)[2], "-");
    }
}
