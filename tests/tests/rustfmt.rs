//! G112, C133, X77: rustfmt formats the inside of the macros, since it parses: what the documentation shows is how rustfmt leaves it.

use std::io::Write;
use std::process::{Command, Stdio};

const FORMS: [&str; 6] = [
    include_str!("../rustfmt/context.rs"),
    include_str!("../rustfmt/gather.rs"),
    include_str!("../rustfmt/generator.rs"),
    include_str!("../rustfmt/race.rs"),
    include_str!("../rustfmt/tasks.rs"),
    include_str!("../rustfmt/with.rs"),
];

/// What rustfmt makes of a file, with its own defaults and not with those of this project.
fn formatted(edition: &str, text: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", edition, "--config", "max_width=100,use_small_heuristics=Default"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is a component of the toolchain");
    rustfmt.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success(), "rustfmt does not parse the forms");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn g112_c133_x77_the_documented_forms_are_fixed_points() {
    for edition in ["2021", "2024"] {
        for forms in FORMS {
            assert_eq!(formatted(edition, forms), forms, "edition {edition}");
        }
    }
}

/// Everything at the margin, and more blanks than anybody needs.
#[test]
fn g112_c133_x77_a_badly_laid_out_copy_is_brought_to_that_form() {
    FORMS.into_iter().for_each(is_brought_to_that_form);
}

fn is_brought_to_that_form(forms: &str) {
    let bad: String = forms
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("//!"))
        .map(|line| match line.trim_start() {
            comment if comment.starts_with("//") => format!("{comment}\n"),
            code => {
                format!("{}\n", code.replace(", ", ",   ").replace(" {", "   {").replace(" in ", "  in   ").replace(" =", "   ="))
            }
        })
        .collect();
    // Empty lines are the writer's own.
    let dense =
        |text: &str| text.lines().filter(|line| !line.is_empty() && !line.starts_with("//!")).collect::<Vec<_>>().join("\n");
    for edition in ["2021", "2024"] {
        assert_ne!(dense(&bad), dense(forms));
        assert_eq!(dense(&formatted(edition, &bad)), dense(forms), "edition {edition}");
    }
}
