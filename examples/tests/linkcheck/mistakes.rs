//! What can not be checked is said in one line, and nothing is touched.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::program::{folder, run, run_in};

/// Runs, expects the exit code 2 and gives the one line.
fn mistake(folder: &Path, arguments: &[&str]) -> String {
    let run = run_in(folder, arguments);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(run.stdout, "");
    let mut lines = run.stderr.lines();
    let line = lines.next().unwrap().to_owned();
    assert_eq!(lines.next(), None, "{}", run.stderr);
    line.strip_prefix("linkcheck: ").unwrap().to_owned()
}

#[test]
fn invalid_options() {
    let here = Path::new(".");
    for (arguments, start) in [
        (&["--jobs", "0"][..], "invalid value '0' for '--jobs <N>': "),
        (&["--per-host", "0"], "invalid value '0' for '--per-host <N>': "),
        (&["--max-pages", "0"], "invalid value '0' for '--max-pages <N>': "),
        (&["--timeout", "0s"], "invalid value '0s' for '--timeout <TIME>': must be longer than zero"),
        (&["--timeout", "soon"], "invalid value 'soon' for '--timeout <TIME>': "),
        (&["--retries", "-1"], "unexpected argument '-1' found"),
        (&["--resume"], "the following required arguments were not provided: --db <FILE>"),
        (&["--depth", "3"], "unexpected argument '--depth' found"),
    ] {
        let line = mistake(here, arguments);
        assert!(line.starts_with(start), "{line}");
        assert!(line.ends_with("(see --help)"), "{line}");
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    let help = run(&["--help"]);
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("--per-host <N>"));
    assert_eq!(run(&["--version"]).code, Some(0));
}

#[test]
fn nothing_to_check() {
    let empty = folder(&[("notes.txt", "")]);
    assert_eq!(mistake(empty.path(), &["no/such"]), "cannot read no/such: No such file or directory (os error 2)");
    assert!(mistake(empty.path(), &["http://["]).starts_with("http://[ is not a valid URL: "));
    assert!(mistake(empty.path(), &["."]).starts_with("there is no HTML file in "));
    // No database is left behind by a crawl that could not begin.
    mistake(empty.path(), &[".", "--db", "new.db"]);
    assert!(!empty.path().join("new.db").exists());
}

#[test]
fn an_unreachable_host() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let here = folder(&[]);
    let line = mistake(here.path(), &[&url, "--retries", "0", "--db", "new.db"]);
    assert!(line.starts_with(&format!("cannot reach {url}: cannot connect: ")), "{line}");
    assert!(!here.path().join("new.db").exists());
}

#[test]
fn a_file_that_is_not_our_database() {
    let here = folder(&[("text.db", &"not a database at all\n".repeat(100)), ("index.html", ""), ("short.db", "x")]);
    for name in ["text.db", "short.db"] {
        for resume in [&[][..], &["--resume"]] {
            let before = fs::read(here.path().join(name)).unwrap();
            let line = mistake(here.path(), &[&[".", "--db", name], resume].concat());
            assert_eq!(line, format!("{name} is not a database of linkcheck"));
            assert_eq!(fs::read(here.path().join(name)).unwrap(), before);
        }
    }
    let line = mistake(here.path(), &[".", "--db", "no/such/folder.db"]);
    assert!(line.starts_with("cannot open the database no/such/folder.db: "), "{line}");
}

#[tokio::test]
async fn a_database_of_another_program() {
    use sqlx::{ConnectOptions, Connection, Executor};
    let here = folder(&[("index.html", "")]);
    let file = here.path().join("other.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut other = options.connect().await.unwrap();
    other.execute("CREATE TABLE urls (id INTEGER)").await.unwrap();
    other.close().await.unwrap();
    let before = fs::read(&file).unwrap();
    for resume in [&[][..], &["--resume"]] {
        let line = mistake(here.path(), &[&[".", "--db", "other.db"], resume].concat());
        assert_eq!(line, "other.db is not a database of linkcheck");
    }
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_crawl_is_not_overwritten_nor_mixed_up() {
    let here = folder(&[("a/index.html", ""), ("b/index.html", "")]);
    assert_eq!(mistake(here.path(), &["--resume", "--db", "none.db"]), "there is no crawl to resume in none.db");
    assert!(!here.path().join("none.db").exists());
    assert_eq!(run_in(here.path(), &["a", "--db", "crawl.db"]).code, Some(0));
    let line = mistake(here.path(), &["a", "--db", "crawl.db"]);
    assert_eq!(line, "crawl.db already holds a crawl: go on with it by --resume, or choose another file");
    let line = mistake(here.path(), &["b", "--resume", "--db", "crawl.db"]);
    assert!(line.starts_with("crawl.db holds a crawl of ") && line.ends_with("/b"), "{line}");
    assert_eq!(run_in(here.path(), &["a", "--resume", "--db", "crawl.db"]).code, Some(0));
}
