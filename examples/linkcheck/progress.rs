//! How far the crawl is: a bar on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::linkcheck::records::Outcome;
use crate::linkcheck::store::Counts;

const REDRAW: Duration = Duration::from_millis(200);
const LINE_EVERY: Duration = Duration::from_secs(5);

/// What is counted while the crawl runs.
#[derive(Debug)]
pub(crate) struct Tally {
    started: Instant,
    /// The pages that an earlier run has read.
    earlier: u64,
    pages: AtomicU64,
    checked: AtomicU64,
    known: AtomicU64,
    defective: AtomicU64,
}

impl Tally {
    /// Goes on from what is in the store.
    pub(crate) fn new(counts: &Counts, external: bool) -> Self {
        let open = counts.open + if external { counts.outside } else { 0 };
        Self {
            started: Instant::now(),
            earlier: counts.pages,
            pages: counts.pages.into(),
            checked: counts.checked.into(),
            known: (counts.checked + open).into(),
            defective: counts.defective.into(),
        }
    }

    /// Counts a checked URL and the URLs that it led to.
    pub(crate) fn count(&self, outcome: &Outcome, discovered: u64) {
        let add = |counter: &AtomicU64, number| counter.fetch_add(number, Ordering::Relaxed);
        add(&self.known, discovered);
        add(&self.checked, 1);
        match outcome {
            Outcome::Page { .. } => add(&self.pages, 1),
            Outcome::Defect { .. } => add(&self.defective, 1),
            Outcome::Resource { .. } | Outcome::Moved { .. } => 0,
        };
    }

    pub(crate) fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Pages of this run per second.
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown without decimals")]
    pub(crate) fn rate(&self) -> f64 {
        (self.pages() - self.earlier) as f64 / self.elapsed().as_secs_f64().max(0.001)
    }

    fn line(&self) -> String {
        let [checked, known, defective] =
            [&self.checked, &self.known, &self.defective].map(|counter| counter.load(Ordering::Relaxed));
        let (pages, open, rate) = (self.pages(), known.saturating_sub(checked), self.rate());
        format!("{pages} pages, {open} open, {defective} broken, {rate:.0} pages/s")
    }
}

/// A bar on a terminal, which the crawl moves on; elsewhere it is never drawn.
pub(crate) fn bar(tally: &Tally) -> Bar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style());
    bar.set_position(tally.checked.load(Ordering::Relaxed));
    Bar(bar)
}

/// Shows a tally on stderr until it is dropped.
pub(crate) async fn show(tally: &Tally, Bar(bar): &Bar) {
    if bar.is_hidden() {
        loop {
            tokio::time::sleep(LINE_EVERY).await;
            eprintln!("linkcheck: {}", tally.line());
        }
    }
    loop {
        // What pages lead to becomes known as they are read.
        bar.set_length(tally.known.load(Ordering::Relaxed));
        bar.set_message(tally.line());
        tokio::time::sleep(REDRAW).await;
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:30} {msg} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Leaves the terminal clean when the crawl ends in whatever way.
pub(crate) struct Bar(pub(crate) ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_counts_on_from_the_store() {
        let counts = Counts { pages: 3, checked: 5, defective: 1, open: 2, outside: 4, ..Counts::default() };
        let tally = Tally::new(&counts, false);
        tally.count(&Outcome::Defect { status: None, reason: "timeout".into(), unanswered: true }, 0);
        tally.count(&Outcome::Resource { status: 200 }, 6);
        assert_eq!(tally.line(), "3 pages, 6 open, 2 broken, 0 pages/s");
        assert!(Tally::new(&counts, true).line().starts_with("3 pages, 6 open, 1 broken"));
    }
}
