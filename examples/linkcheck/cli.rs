//! The command line.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;

const ABOUT: &str = "Finds broken links in a folder of HTML or on a web site.";

const DETAILS: &str = "\
Targets:
  A URL is crawled within its host and port. A PATH is a folder of HTML (or one file in it); it is
  served on loopback and crawled over HTTP from its index.html, or, without one, from every HTML file
  in it. Without targets, a small site with planted defects is served and checked.

What is checked:
  Links resolve as in a browser: relative, absolute and percent-encoded ones, <base>, redirects, and
  fragments against ids and <a name>. In a folder, `/x` is `x` in that folder. A relative link that
  climbs out of the folder, `../x` from its top, counts as a link to another site.
  Links to other sites are counted; with --external each is asked for once, and a link out of a
  folder is looked up on disk. Pages of other sites are not searched for fragments.

Exit code: 0 nothing is broken, 1 broken links, 2 the check could not be done, 130 interrupted.";

/// What the user asks for.
#[derive(Debug, Clone, Parser)]
#[command(name = "linkcheck", version, about = ABOUT, after_help = DETAILS)]
pub(crate) struct Options {
    /// Folders and URLs to check
    #[arg(value_name = "PATH | URL")]
    pub(crate) targets: Vec<String>,

    /// Pages fetched at the same time
    #[arg(long, value_name = "N", default_value = "16")]
    pub(crate) jobs: NonZeroUsize,

    /// Requests to one host at the same time
    #[arg(long, value_name = "N", default_value = "8")]
    pub(crate) per_host: NonZeroUsize,

    /// Longest time for one request, its body included: 10s, 500ms, 2min [default: 10s; 1s for the planted site]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    timeout: Option<Duration>,

    /// Further attempts after a server error, a failed connection or a timeout; a server may ask to wait up to 30s for them
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) retries: u32,

    /// Read at most so many pages; links to the others stay unchecked
    #[arg(long, value_name = "N")]
    pub(crate) max_pages: Option<NonZeroU64>,

    /// Keep the crawl in this SQLite file
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,

    /// Go on with the crawl in --db; only what is open or did not answer is fetched
    #[arg(long, requires = "db")]
    pub(crate) resume: bool,

    /// Check links to other sites as well
    #[arg(long)]
    pub(crate) external: bool,

    /// Print the result as one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

impl Options {
    /// Reads the command line. What is wrong with it comes back as one line; `--help` and `--version` end the program.
    pub(crate) fn read() -> Result<Self, String> {
        Self::try_parse().map_err(|error| match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => error.exit(),
            _ => one_line(&error.to_string()),
        })
    }

    /// The limit of one request. The planted site answers at once or never, so its user need not wait for long.
    pub(crate) fn timeout(&self, planted: bool) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(if planted { 1 } else { 10 }))
    }
}

/// clap's message without usage and tips, which follow after an empty line.
fn one_line(message: &str) -> String {
    let first = message.split("\n\n").next().unwrap_or(message);
    let words: Vec<_> = first.split_whitespace().collect();
    let line = words.join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    format!("{line} (see --help)")
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let scale = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("unknown unit `{unit}`, expected ms, s, min or h")),
    };
    let number: f64 = number.parse().map_err(|_| "expected a number with a unit, as in 10s".to_owned())?;
    let duration = Duration::try_from_secs_f64(number * scale).map_err(|error| error.to_string())?;
    if duration.is_zero() {
        return Err("must be longer than zero".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("3"), Ok(Duration::from_secs(3)));
        assert_eq!(duration("2min"), Ok(Duration::from_secs(120)));
        for bad in ["", "s", "0s", "-1s", "5 days", "1e99h", "1.2.3s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mistake_is_one_line() {
        let error = Options::try_parse_from(["linkcheck", "--jobs", "0"]).unwrap_err();
        let line = one_line(&error.to_string());
        assert!(line.starts_with("invalid value '0' for '--jobs <N>'"), "{line}");
        assert!(!line.contains('\n'));

        let error = Options::try_parse_from(["linkcheck", "--resume"]).unwrap_err();
        assert!(one_line(&error.to_string()).contains("--db <FILE>"));
    }
}
