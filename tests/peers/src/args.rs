//! The command line.

/// How many rounds there are without `--rounds`: odd, so that the median is one of the measurements.
const ROUNDS: usize = 21;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    /// Runs one generator for so many items, and nothing else.
    Drain(String, u64),
    Run(Options),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The only area to run.
    pub(crate) area: Option<String>,
    pub(crate) json: bool,
    pub(crate) rounds: usize,
}

/// Reads the arguments behind the program's name; the error is one line for people.
pub(crate) fn parse(args: impl IntoIterator<Item = String>, areas: &[&str]) -> Result<Command, String> {
    let mut options = Options { area: None, json: false, rounds: ROUNDS };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "--drain" => return drain(args),
            "--json" => options.json = true,
            "--rounds" => options.rounds = rounds(&args.next().ok_or("`--rounds` needs a number, as in `--rounds 21`")?)?,
            _ if arg.starts_with("--rounds=") => options.rounds = rounds(&arg["--rounds=".len()..])?,
            _ if arg.starts_with('-') => {
                return Err(format!("unknown option `{arg}`: there are --json, --rounds N, --drain CANDIDATE ITEMS and --help"));
            }
            _ if !areas.contains(&arg.as_str()) => {
                return Err(format!("unknown area `{arg}`: there are {}", areas.join(", ")));
            }
            _ => {
                if let Some(first) = options.area.replace(arg) {
                    return Err(format!("one area at a time: `{first}` is given already (none means all)"));
                }
            }
        }
    }
    Ok(Command::Run(options))
}

fn drain(mut args: impl Iterator<Item = String>) -> Result<Command, String> {
    const USAGE: &str = "`--drain` stands first and alone, as in `--drain weftwork-static 1000000`";
    let (Some(candidate), Some(items), None) = (args.next(), args.next(), args.next()) else { return Err(USAGE.to_owned()) };
    let items = items.parse().map_err(|_| format!("{USAGE}; `{items}` is no number of items"))?;
    Ok(Command::Drain(candidate, items))
}

fn rounds(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(rounds) if rounds > 0 => Ok(rounds),
        _ => Err(format!("`--rounds` takes a whole number from 1 upwards, not `{text}`")),
    }
}

pub(crate) fn help(areas: &[&str]) -> String {
    format!(
        "usage: weftwork-peers [AREA] [--json] [--rounds N]\n       weftwork-peers --drain CANDIDATE ITEMS\n\n\
         Runs each case ours and the peers' in turn and prints one line a comparison.\n\n  \
         AREA        only this area: {}\n  \
         --json      JSON lines instead of a table\n  \
         --rounds N  measurements of each candidate, whose median is printed (default {ROUNDS})\n  \
         --drain     runs one generator for so many items and nothing else, for a profiler",
        areas.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned), &["generator", "policies"])
    }

    fn options(area: Option<&str>, json: bool, rounds: usize) -> Result<Command, String> {
        Ok(Command::Run(Options { area: area.map(str::to_owned), json, rounds }))
    }

    #[test]
    fn without_arguments_everything_runs() {
        assert_eq!(parsed(""), options(None, false, ROUNDS));
    }

    #[test]
    fn arguments_come_in_any_order() {
        assert_eq!(parsed("generator --json --rounds 3"), options(Some("generator"), true, 3));
        assert_eq!(parsed("--rounds=3 policies"), options(Some("policies"), false, 3));
        assert_eq!(parsed("--json --help"), Ok(Command::Help));
    }

    #[test]
    fn one_candidate_runs_alone() {
        assert_eq!(parsed("--drain weftwork-static 1000"), Ok(Command::Drain("weftwork-static".into(), 1000)));
    }

    #[test]
    fn an_unknown_area_lists_those_there_are() {
        assert_eq!(parsed("generators").unwrap_err(), "unknown area `generators`: there are generator, policies");
    }

    #[test]
    fn bad_arguments_are_one_line() {
        for line in [
            "--rounds",
            "--rounds 0",
            "--rounds many",
            "--rounds=-1",
            "--jsn",
            "generator policies",
            "generator generator",
            "--drain",
            "--drain weftwork-static",
            "--drain weftwork-static many",
            "--drain weftwork-static 1000 --json",
        ] {
            let message = parsed(line).unwrap_err();
            assert!(!message.contains('\n') && message.contains('`'), "{line}: {message}");
        }
    }

    #[test]
    fn help_names_the_areas() {
        assert!(help(&["generator", "policies"]).contains("generator, policies"));
    }
}
