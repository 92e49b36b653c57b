//! How a case is measured.
//!
//! A case has one candidate of ours and some of the peers', which do the same work and return the same number; every call's
//! number is checked. A candidate is first run for a while, which warms caches and the branch predictor up and tells how many
//! calls fill a round of [`ROUND`]: long enough that the clock's own cost and a timer interrupt do not show. Then come the
//! rounds. In each every candidate runs once, one after the other, in an order that turns round from one round to the next: a
//! machine that slows down for a second does so to all of them, and nobody always runs behind the same neighbour. The median
//! over the rounds is what is printed; a few disturbed rounds do not move it.
//!
//! Numbers go through [`black_box`] on their way out of a call. What a case takes in has to go through it as well, or the
//! compiler computes the result while it compiles.

use std::hint::black_box;
use std::io;
use std::time::Duration;

use crate::alloc;
use crate::clock::Clock;
use crate::report::{Row, Unit};

/// What one round of a candidate should take.
const ROUND: Duration = Duration::from_millis(25);

/// Puts a row where people or programs read it.
type Print<'p> = Box<dyn FnMut(&Row) -> io::Result<()> + 'p>;

/// An area's cases on their way to the table.
pub(crate) struct Bench<'p> {
    area: &'static str,
    rounds: usize,
    print: Print<'p>,
    printed: io::Result<()>,
}

impl<'p> Bench<'p> {
    pub(crate) fn new(area: &'static str, rounds: usize, print: impl FnMut(&Row) -> io::Result<()> + 'p) -> Self {
        Self { area, rounds, print: Box::new(print), printed: Ok(()) }
    }

    /// A case, whose candidates all return `expected`.
    pub(crate) fn case<'b, 'c>(&'b mut self, name: &str, expected: u64) -> Case<'b, 'p, 'c> {
        Case {
            bench: self,
            name: name.to_owned(),
            expected,
            unit: Unit::NsPerCall,
            items: 1,
            clock: Clock::Thread,
            candidates: Vec::new(),
        }
    }

    /// A figure that needs no measuring, such as a size.
    pub(crate) fn figure(&mut self, case: &str, unit: Unit, ours: u64, peers: &[(&'static str, u64)]) {
        for (peer, theirs) in peers {
            self.print(case, unit, ours as f64, peer, *theirs as f64);
        }
    }

    /// Whether everything could be printed.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.printed
    }

    fn print(&mut self, case: &str, unit: Unit, ours: f64, peer: &'static str, theirs: f64) {
        if self.printed.is_ok() {
            let row = Row { area: self.area, case: case.to_owned(), ours, peer, theirs, unit };
            self.printed = (self.print)(&row);
        }
    }
}

/// One piece of work, done by several candidates. The first one is ours.
pub(crate) struct Case<'b, 'p, 'c> {
    bench: &'b mut Bench<'p>,
    name: String,
    expected: u64,
    unit: Unit,
    /// How many items a call goes through.
    items: u64,
    clock: Clock,
    candidates: Vec<Candidate<'c>>,
}

struct Candidate<'c> {
    name: &'static str,
    /// Makes so many calls.
    run: Box<dyn FnMut(u64) + 'c>,
}

impl<'c> Case<'_, '_, 'c> {
    /// Times are per item, of which a call has so many.
    pub(crate) fn per_item(mut self, items: u64) -> Self {
        (self.unit, self.items) = (Unit::NsPerItem, items);
        self
    }

    /// Times are per call, and a candidate makes so many of them each time.
    pub(crate) fn per_call(mut self, calls: u64) -> Self {
        (self.unit, self.items) = (Unit::NsPerCall, calls);
        self
    }

    /// Times are microseconds a call.
    pub(crate) fn micros(mut self) -> Self {
        (self.unit, self.items) = (Unit::Micros, 1);
        self
    }

    /// Other threads take part, so the time that passes is what counts.
    pub(crate) fn with_threads(mut self) -> Self {
        self.clock = Clock::Wall;
        self
    }

    pub(crate) fn ours(self, call: impl FnMut() -> u64 + 'c) -> Self {
        assert!(self.candidates.is_empty(), "ours comes first");
        self.peer("weftwork", call)
    }

    pub(crate) fn peer(mut self, name: &'static str, mut call: impl FnMut() -> u64 + 'c) -> Self {
        let (case, expected) = (self.name.clone(), self.expected);
        // The loop is in here, so that what is called through a pointer is the whole round.
        let run = move |calls| {
            for _ in 0..calls {
                assert_eq!(black_box(call()), expected, "{case}: {name} did other work");
            }
        };
        self.candidates.push(Candidate { name, run: Box::new(run) });
        self
    }

    /// Prints the times.
    pub(crate) fn time(mut self) -> Self {
        let clock = self.clock;
        let calls: Vec<u64> =
            self.candidates.iter_mut().map(|candidate| fill(|calls| clock.time(|| (candidate.run)(calls)))).collect();
        let mut times = vec![Vec::with_capacity(self.bench.rounds); self.candidates.len()];
        for round in 0..self.bench.rounds {
            for turn in turns(round, self.candidates.len()) {
                let elapsed = clock.time(|| (self.candidates[turn].run)(calls[turn]));
                times[turn].push(elapsed.as_nanos() as f64 / calls[turn] as f64);
            }
        }
        let scale = if self.unit == Unit::Micros { 1e3 } else { self.items as f64 };
        let medians: Vec<f64> = times.into_iter().map(|times| median(times) / scale).collect();
        let unit = self.unit;
        self.print(unit, &medians)
    }

    /// Prints how many allocations a call makes once it has run before.
    pub(crate) fn allocations(mut self) -> Self {
        let counts = self.candidates.iter_mut().map(|candidate| {
            (candidate.run)(1);
            alloc::count(|| (candidate.run)(1)) as f64
        });
        let counts: Vec<f64> = counts.collect();
        self.print(Unit::Allocations, &counts)
    }

    /// Prints how many bytes a call has taken at its peak, once it has run before.
    pub(crate) fn peak(mut self) -> Self {
        let peaks = self.candidates.iter_mut().map(|candidate| {
            (candidate.run)(1);
            alloc::peak(|| (candidate.run)(1)) as f64
        });
        let peaks: Vec<f64> = peaks.collect();
        self.print(Unit::Bytes, &peaks)
    }

    fn print(self, unit: Unit, figures: &[f64]) -> Self {
        for (candidate, theirs) in self.candidates.iter().zip(figures).skip(1) {
            self.bench.print(&self.name, unit, figures[0], candidate.name, *theirs);
        }
        self
    }
}

/// How many calls fill a round, by how long so many of them take.
fn fill(mut time: impl FnMut(u64) -> Duration) -> u64 {
    let mut calls = 1;
    loop {
        let elapsed = time(calls);
        if elapsed * 2 >= ROUND {
            let calls = calls as f64 * ROUND.as_secs_f64() / elapsed.as_secs_f64();
            return (calls.round() as u64).max(1);
        }
        calls *= 2;
    }
}

/// The order of the candidates in a round: forwards and backwards in turn.
fn turns(round: usize, candidates: usize) -> impl Iterator<Item = usize> {
    (0..candidates).map(move |turn| if round.is_multiple_of(2) { turn } else { candidates - 1 - turn })
}

/// The middle one, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    assert!(!values.is_empty(), "no rounds");
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0]), 3.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 3.0, 100.0]), 3.5);
    }

    #[test]
    fn the_order_turns_round() {
        assert_eq!(turns(0, 3).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(turns(1, 3).collect::<Vec<_>>(), [2, 1, 0]);
    }

    fn rows(measure: impl FnOnce(&mut Bench<'_>)) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut bench = Bench::new("area", 3, |row| {
            rows.push(row.clone());
            Ok(())
        });
        measure(&mut bench);
        bench.finish().unwrap();
        rows
    }

    #[test]
    fn a_case_gives_one_row_a_peer() {
        let rows = rows(|bench| {
            bench.case("case", 1).per_item(10).ours(|| 1).peer("one", || 1).peer("two", || 1).time();
        });
        assert_eq!(rows.iter().map(|row| row.peer).collect::<Vec<_>>(), ["one", "two"]);
        assert!(rows.iter().all(|row| row.area == "area" && row.case == "case" && row.unit == Unit::NsPerItem));
        assert!(rows.iter().all(|row| row.ours > 0.0 && row.ours < 1000.0 && row.theirs > 0.0));
    }

    #[test]
    fn a_round_is_filled() {
        let mut tried = Vec::new();
        let filled = fill(|calls| {
            tried.push(calls);
            Duration::from_millis(calls)
        });
        assert_eq!(filled, 25);
        assert_eq!(tried, [1, 2, 4, 8, 16], "the warm-up ends once it takes half a round");
        assert_eq!(fill(|_| Duration::from_secs(1)), 1, "one call is more than a round");
        assert_eq!(fill(|calls| Duration::from_nanos(7) * u32::try_from(calls).unwrap()), 3_571_429);
    }

    #[test]
    #[should_panic(expected = "case: cheat did other work")]
    fn other_work_is_noticed() {
        rows(|bench| {
            bench.case("case", 1).ours(|| 1).peer("cheat", || 2).time();
        });
    }

    #[test]
    fn figures_are_rows_too() {
        let rows = rows(|bench| bench.figure("size", Unit::Bytes, 48, &[("peer", 40)]));
        assert_eq!((rows[0].ours, rows[0].theirs, rows[0].unit), (48.0, 40.0, Unit::Bytes));
    }
}
