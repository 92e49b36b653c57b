//! What is found, on the planted site, in folders and on a server.

use crate::program::{folder, run, run_in};
use crate::server::TestSite;

#[test]
fn the_planted_site_has_exactly_its_defects() {
    let checked = run(&["--json", "--timeout", "3s"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let broken = checked.broken();
    let broken: Vec<_> = broken.iter().map(|(page, link, status, reason)| (&**page, &**link, *status, &**reason)).collect();
    assert_eq!(
        broken,
        [
            ("/", "missing.html", Some(404), "not found"),
            ("/", "about.html#history", Some(200), "no anchor #history"),
            ("/", "slow.html", None, "timeout"),
            ("/", "loop/a", Some(302), "redirect loop"),
            ("/", "endless.html", Some(200), "body too large"),
        ]
    );
    assert!(checked.stderr.lines().all(|line| line.ends_with(" pages/s")), "{}", checked.stderr);
}

#[test]
fn without_another_attempt_the_flaky_page_is_broken() {
    let checked = run(&["--json", "--retries", "1"]);
    let flaky = ("/".to_owned(), "flaky.html".to_owned(), Some(503), "service unavailable".to_owned());
    assert!(checked.broken().contains(&flaky), "{checked:?}");
}

#[test]
fn the_table_lists_page_link_status_and_reason() {
    let site = folder(&[("index.html", "\n<a href=gone.html><a href=./gone.html><a href='#x y'>")]);
    let checked = run_in(site.path(), &["."]);
    let lines: Vec<_> = checked.stdout.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "PAGE          LINK            STATUS  REASON",
            "index.html:2  #x y            200     no anchor #x%20y",
            "index.html:2  gone.html (2x)  404     not found",
            "",
        ]
    );
    assert!(lines[4].starts_with("1 page, 2 links, 2 broken; "), "{}", lines[4]);
    assert_eq!(checked.code, Some(1));
}

#[test]
fn a_folder_is_read_as_a_browser_reads_it() {
    let site = folder(&[
        (
            "docs/index.html",
            "<base href=sub/><a href=here.html></a><a href='caf%C3%A9%20x.html#%C3%BC'></a><a href='café x.html'></a>
             <a href=/top.html#name></a><a href=/top.html#TOP></a><a href=../sub/></a><a href=../sub></a>
             <img src=pic.png srcset='pic.png 1x, gone.png 2x'><a href='?q=1'></a>
             <a href=here.html#ra%6Ege></a><a href=here.html#Range></a><a href='top.html'></a>
             <a href=../../other/x.html></a><a href=mailto:x@example.com></a><a href=http://example.com/></a>",
        ),
        ("docs/sub/index.html", "<p>no links</p>"),
        ("docs/sub/here.html", "<p id=range><a href=#></a><a href=''></a><a href=moved.html#deep></a><a href=moved.html#no></a>"),
        ("docs/sub/moved.html", "<meta http-equiv=refresh content='0;url=again.html'><a href=ignored>"),
        ("docs/sub/again.html", "<meta http-equiv=refresh content='0;url=../deep.html'>"),
        ("docs/deep.html", "<p id=deep>"),
        ("docs/sub/café x.html", "<p id=ü>"),
        ("docs/sub/pic.png", "not really"),
        ("docs/top.html", "<a name=name></a>"),
        ("docs/orphan.html", "<a href=never-seen.html></a>"),
        ("other/x.html", ""),
    ]);
    let checked = run_in(site.path(), &["docs", "--json"]);
    let broken = checked.broken();
    let broken: Vec<_> = broken.iter().map(|(page, link, _, reason)| (&**page, &**link, &**reason)).collect();
    assert_eq!(
        broken,
        [
            ("docs/index.html", "gone.png", "not found"),
            ("docs/index.html", "here.html#Range", "no anchor #Range"),
            ("docs/index.html", "top.html", "not found"),
            ("docs/sub/here.html", "moved.html#no", "no anchor #no"),
        ]
    );
    assert_eq!(checked.json()["summary"]["unchecked_external"], 2);
}

#[test]
fn links_out_of_a_folder_are_looked_up_on_request() {
    let site = folder(&[
        ("book/index.html", "<a href=../std/here.html></a><a href=../std/gone.html></a><a href=../../../../x></a>"),
        ("std/here.html", ""),
    ]);
    let checked = run_in(site.path(), &["book"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let checked = run_in(site.path(), &["book", "--external", "--json"]);
    let links: Vec<_> = checked.broken().into_iter().map(|(_, link, _, reason)| (link, reason)).collect();
    let no_such_file = || "no such file".to_owned();
    assert_eq!(links, [("../../../../x".into(), no_such_file()), ("../std/gone.html".into(), no_such_file())]);
}

#[test]
fn without_an_index_every_page_is_checked() {
    let site = folder(&[("a.html", "<a href=no></a>"), ("sub/b.html", "<a href=nope></a>"), ("c.txt", "<a href=text></a>")]);
    let pages =
        |arguments: &[&str]| -> Vec<_> { run_in(site.path(), arguments).broken().into_iter().map(|(page, ..)| page).collect() };
    assert_eq!(pages(&[".", "--json"]), ["a.html", "sub/b.html"]);
    assert_eq!(pages(&["sub/b.html", "--json"]), ["sub/b.html"]);
}

#[test]
fn other_sites_are_asked_only_on_request() {
    let other = TestSite::start(3);
    let here = other.url();
    let site = folder(&[("index.html", &format!("<a href={here}page1#nowhere></a><a href={here}gone></a>"))]);
    let checked = run_in(site.path(), &[".", "--json"]);
    assert_eq!(checked.code, Some(0));
    assert_eq!(checked.json()["summary"]["unchecked_external"], 2);

    let checked = run_in(site.path(), &[".", "--json", "--external"]);
    assert_eq!(checked.broken(), [("index.html".into(), format!("{here}gone"), Some(404), "not found".into())]);
    // The first was answered to HEAD; the missing one was asked for once more by GET.
    assert_eq!(other.take_asked(), [("/gone".to_owned(), 1)].into());
}

#[test]
fn a_site_that_has_moved_is_checked_where_it_is() {
    let (site, old) = (TestSite::start(5), TestSite::start(0));
    let moved = run(&[format!("{}to={}", old.url(), site.url()), "--json".into()]);
    assert_eq!(moved.json(), run(&[&*site.url(), "--json"]).json());
    assert_eq!(moved.json()["summary"]["pages"], 5);
}

#[test]
fn what_the_user_names_is_checked_as_well() {
    let site = TestSite::start(1);
    let [page, gone] = ["", "gone"].map(|path| format!("{}{path}", site.url()));
    let named = [&*page, &gone, &page, &format!("{page}#n0"), "--json"];
    let checked = run(&named);
    assert_eq!(checked.broken(), [("-".into(), gone, Some(404), "not found".into())]);
    assert_eq!(checked.json()["summary"]["pages"], 1);
    assert_eq!(site.take_asked().len(), 2);
}

#[test]
fn a_limit_of_pages_is_kept_and_can_be_raised() {
    let site = TestSite::start(40);
    let folder = folder(&[]);
    let checked = run_in(folder.path(), &[&*site.url(), "--json", "--db", "db", "--max-pages", "10"]);
    assert_eq!(checked.json()["summary"]["pages"], 10);
    assert!(checked.json()["summary"]["unchecked"].as_u64() > Some(0));

    let rest = run_in(folder.path(), &["--resume", "--json", "--db", "db"]);
    assert_eq!(rest.json(), run(&[&*site.url(), "--json"]).json());
}
