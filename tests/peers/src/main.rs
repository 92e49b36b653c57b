//! weftwork beside its peers: every case in one process, one line a comparison.
//!
//! `cargo run --release -p weftwork-peers -- [AREA] [--json] [--rounds N]`
//!
//! - `main.rs` and `args.rs`: the command line
//! - `areas/`: the cases, one file or folder an area, one short function a case
//! - `measure.rs`: how a case is measured, by `clock.rs`; `report.rs`: how a row is printed
//! - `alloc.rs`: the counting allocator; `drive.rs`: polling without an executor

#![deny(unsafe_code)]

mod alloc;
mod areas;
mod args;
mod clock;
mod drive;
mod measure;
mod one_core;
mod report;

use std::io::{self, Write};
use std::process::ExitCode;

use args::Command;
use measure::Bench;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1), &areas::names()) {
        Ok(Command::Help) => {
            println!("{}", args::help(&areas::names()));
            ExitCode::SUCCESS
        }
        Ok(Command::Drain(candidate, items)) => drain(&candidate, items),
        Ok(Command::Run(options)) => match run(&options) {
            // A reader that has seen enough (`| head`) is no failure.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                eprintln!("weftwork-peers: can not print the table: {error}");
                ExitCode::FAILURE
            }
            _ => ExitCode::SUCCESS,
        },
        Err(message) => {
            eprintln!("weftwork-peers: {message}");
            ExitCode::from(2)
        }
    }
}

fn drain(candidate: &str, items: u64) -> ExitCode {
    let Some(sum) = areas::generator::drain_one(candidate, items) else {
        let candidates = areas::generator::DRAINS.map(|(name, _)| name).join(", ");
        eprintln!("weftwork-peers: unknown candidate `{candidate}`: there are {candidates}");
        return ExitCode::from(2);
    };
    println!("{sum}");
    ExitCode::SUCCESS
}

fn run(options: &args::Options) -> io::Result<()> {
    let mut out = io::stdout();
    if !options.json {
        writeln!(out, "{}", report::header())?;
    }
    for area in areas::ALL.iter().filter(|area| options.area.as_deref().is_none_or(|only| only == area.name)) {
        let mut bench =
            Bench::new(area.name, options.rounds, |row| writeln!(out, "{}", if options.json { row.json() } else { row.line() }));
        (area.run)(&mut bench);
        bench.finish()?;
    }
    Ok(())
}
