//! Examples that run until a signal comes.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::support;

/// A program that runs.
struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts an example, and reads up to the line that begins so.
    fn until(example: &str, begin: &str) -> Self {
        let mut child = Command::new(support::binary(example)).arg("--wait").stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut running = Self { child, lines };
        while !running.line().starts_with(begin) {}
        running
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("it says more").unwrap()
    }

    fn send(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// A tree without numbers, places and ages, up to the empty line behind it.
    fn tree(&mut self) -> Vec<String> {
        let mut tree = Vec::new();
        loop {
            let line = self.line();
            let Some((shown, _)) = line.split_once(" #") else {
                assert_eq!(line, "");
                return tree;
            };
            tree.push(shown.to_owned());
        }
    }

    /// What it says up to its end, which is a good one.
    fn end(mut self) -> Vec<String> {
        let lines = self.lines.map(Result::unwrap).collect();
        assert!(self.child.wait().unwrap().success());
        lines
    }
}

#[test]
fn task_tree_on_a_signal() {
    let tree = [
        "background `signals`",
        "background `statistics`",
        "group `restaurant`",
        "├── `14_task_tree::table`",
        "│   └── `soup`",
        "└── `14_task_tree::table`",
        "    └── `soup`",
    ];
    let mut running = Running::until("14_task_tree", "waiting as ");
    for _ in 0..2 {
        running.send("-USR1");
        assert_eq!(running.tree(), tree);
    }
    running.send("-INT");
    assert_eq!(running.line(), "interrupted");
    assert_eq!(running.tree(), tree);
    assert_eq!(running.end(), ["0 tasks are left"]);
}

#[test]
fn background_drained_at_ctrl_c() {
    let running = Running::until("13_background", "Ctrl-C ends it");
    running.send("-INT");
    let lines = running.end();
    let last = lines.len() - 2;
    assert_eq!(lines[last..], ["the heartbeat has signed off: Cancelled", "nothing is left"]);
}

#[test]
fn blocking_work_given_up_at_ctrl_c() {
    let running = Running::until("15_run_in_executor", "Ctrl-C ends it");
    running.send("-INT");
    assert_eq!(running.end(), ["  given up", "0 threads are left"]);
}
