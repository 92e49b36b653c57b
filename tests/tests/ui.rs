//! Misuse that has to be a compile error in our words at the user's token, and what has to compile.
//!
//! One misuse a file, the compiler's output recorded beside it. `TRYBUILD=overwrite` records anew; read what it wrote.

use std::path::{Path, PathBuf};
use std::{fs, io};

#[test]
fn recorded() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/*/pass/*.rs");
    cases.compile_fail("ui/*/fail/*.rs");
}

/// D49, D50: `name.rs` has an attribute of ours on the function whose body is wrong, `name_plain.rs` a comment in its place.
/// The compiler has to say the same of both: as many errors, in the same words, with the carets in the same place.
#[test]
fn d49_d50_errors_in_bodies_stand_where_they_stand_without_us() {
    let mut pairs = 0;
    for construct in entries(Path::new("ui")).unwrap() {
        for plain in entries(&construct.join("fail")).unwrap_or_default() {
            let Some(stem) = plain.file_name().unwrap().to_str().unwrap().strip_suffix("_plain.stderr") else { continue };
            let with = plain.with_file_name(format!("{stem}.stderr"));
            let plain = fs::read_to_string(&plain).unwrap().replace(&format!("{stem}_plain.rs"), &format!("{stem}.rs"));
            // For types (D49) the help counts as well. For borrows and moves rustc has less to offer inside an `async` block.
            let with_help = fs::read_to_string(with.with_extension("rs")).unwrap().starts_with("//! D49");
            let said = said(&fs::read_to_string(&with).unwrap(), with_help);
            assert_eq!(said, self::said(&plain, with_help), "{}", with.display());
            pairs += 1;
        }
    }
    assert!(pairs > 0, "no pair was found");
}

/// Of each error its headline, its place and its first carets, and the headlines of the help with it. Sorted, for the compiler
/// goes through the body of a closure after what is around it.
fn said(output: &str, with_help: bool) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let mut carets = false;
    for line in output.lines() {
        let is_headline = line.starts_with("error") || line.starts_with("warning");
        let Some(error) = said.last_mut().filter(|_| !is_headline) else {
            said.push(line.to_owned());
            carets = false;
            continue;
        };
        let place = line.trim_start().strip_prefix("--> ");
        if let Some(place) = place.filter(|_| !error.contains("\n")) {
            error.push_str(&format!("\n{place}"));
        } else if let Some(end) = line.rfind('^').filter(|_| !carets) {
            error.push_str(&format!("\n{}", &line[..=end]));
            carets = true;
        } else if with_help && line.starts_with("help: ") {
            error.push_str(&format!("\n{line}"));
        }
    }
    said.sort();
    said
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}
