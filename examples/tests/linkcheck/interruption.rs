//! A crawl that ends in the middle goes on as if nothing had happened.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command};

use serde_json::Value;

use crate::program::{Run, folder, run, run_in, start};
use crate::server::TestSite;

const PAGES: usize = 60;
const JOBS: usize = 4;

/// Starts a crawl and waits until it stands still in the middle.
fn half_a_crawl(site: &TestSite, folder: &Path, db: Option<&str>) -> Child {
    site.hold_back_after(PAGES / 2);
    let (url, jobs) = (site.url(), JOBS.to_string());
    let mut arguments = vec![&*url, "--jobs", &jobs];
    arguments.extend(db.into_iter().flat_map(|db| ["--db", db]));
    let child = start(folder, &arguments);
    site.wait_until_held_back();
    child
}

fn unbroken(site: &TestSite) -> (Value, HashMap<String, usize>) {
    let json = run(&[&*site.url(), "--json"]).json();
    assert_eq!(json["summary"]["pages"], PAGES);
    assert!(json["broken"].as_array().unwrap().len() > 10);
    (json, site.take_asked())
}

/// Resumes and compares with a run that nobody disturbed. The site counts what is asked for since the crawl began.
fn check_resumed(site: &TestSite, folder: &Path, db: &str) {
    site.release();
    let before = site.take_asked();
    let resumed = run_in(folder, &["--resume", "--db", db, "--json"]);
    let after = site.take_asked();
    let (expected, all) = unbroken(site);
    assert_eq!(resumed.json(), expected);
    assert_eq!(resumed.code, Some(1));
    // Only what was under way when the first run ended was asked for by both.
    let twice = after.keys().filter(|path| before.contains_key(*path)).count();
    assert!(twice <= JOBS, "{twice} URLs were fetched again");
    let mut union = before;
    union.extend(after);
    assert_eq!(union.len(), all.len());

    // A finished crawl has nothing left to ask for.
    let again = run_in(folder, &[&*site.url(), "--resume", "--db", db, "--json"]);
    assert_eq!(again.json(), expected);
    assert_eq!(site.take_asked(), HashMap::new());
}

#[test]
fn a_killed_crawl_resumes() {
    let site = TestSite::start(PAGES);
    let folder = folder(&[]);
    let mut child = half_a_crawl(&site, folder.path(), Some("crawl.db"));
    child.kill().unwrap();
    child.wait().unwrap();
    check_resumed(&site, folder.path(), "crawl.db");
}

#[test]
fn a_crawl_that_is_killed_again_and_again_resumes() {
    let site = TestSite::start(PAGES);
    let folder = folder(&[]);
    let url = site.url();
    for (step, how) in [(1, None), (1, Some("--resume")), (7, Some("--resume")), (13, Some("--resume"))] {
        site.hold_back_after(step);
        let mut arguments = vec![&*url, "--db", "crawl.db"];
        arguments.extend(how);
        let mut child = start(folder.path(), &arguments);
        site.wait_until_held_back();
        child.kill().unwrap();
        child.wait().unwrap();
        site.release();
    }
    let resumed = run_in(folder.path(), &["--resume", "--db", "crawl.db", "--json"]);
    assert_eq!(resumed.json(), unbroken(&site).0);
}

#[cfg(unix)]
fn interrupt(child: Child) -> Run {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    child.wait_with_output().unwrap().into()
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_what_is_saved_and_how_to_go_on() {
    let site = TestSite::start(PAGES);
    let folder = folder(&[]);
    let interrupted = interrupt(half_a_crawl(&site, folder.path(), Some("crawl.db")));
    assert_eq!(interrupted.code, Some(130));
    assert_eq!(interrupted.stdout, "");
    let last = interrupted.stderr.lines().last().unwrap();
    assert!(last.starts_with("linkcheck: interrupted; "), "{last}");
    assert!(last.ends_with("; go on with: linkcheck --resume --db crawl.db"), "{last}");
    check_resumed(&site, folder.path(), "crawl.db");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_a_temporary_database() {
    let site = TestSite::start(PAGES);
    let folder = folder(&[]);
    let interrupted = interrupt(half_a_crawl(&site, folder.path(), None));
    assert_eq!(interrupted.code, Some(130));
    let (_, db) = interrupted.stderr.trim_end().rsplit_once(' ').unwrap();
    check_resumed(&site, folder.path(), db);
    std::fs::remove_dir_all(Path::new(db).parent().unwrap()).unwrap();
}

#[test]
fn what_did_not_answer_is_asked_for_again() {
    let site = TestSite::start(PAGES);
    let folder = folder(&[]);
    site.hold_back_after(PAGES / 2);
    let url = site.url();
    let arguments = [&*url, "--json", "--db", "crawl.db", "--timeout", "1s", "--retries", "0"];
    let cut_off = run_in(folder.path(), &arguments);
    assert!(cut_off.broken().iter().any(|(.., reason)| reason == "timeout"), "{cut_off:?}");
    site.release();
    let resumed = run_in(folder.path(), &["--resume", "--json", "--db", "crawl.db"]);
    assert_eq!(resumed.json(), unbroken(&site).0);
}
