//! Runs the program.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::support::binary;

/// What a run ended with.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    /// The document that `--json` writes, without what depends on time.
    pub(crate) fn json(&self) -> Value {
        let mut value: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let summary = value["summary"].as_object_mut().unwrap();
        for timing in ["seconds", "pages_per_second"] {
            assert!(summary.remove(timing).unwrap().is_number());
        }
        value
    }

    /// The broken links of `--json`: page, link, status, reason.
    pub(crate) fn broken(&self) -> Vec<(String, String, Option<u64>, String)> {
        let json = self.json();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let entry = |link: &Value| (text(&link["page"]), text(&link["link"]), link["status"].as_u64(), text(&link["reason"]));
        json["broken"].as_array().unwrap().iter().map(entry).collect()
    }
}

pub(crate) fn start<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Child {
    Command::new(binary("linkcheck"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub(crate) fn run_in<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Run {
    start(folder, arguments).wait_with_output().unwrap().into()
}

pub(crate) fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Run {
    run_in(Path::new("."), arguments)
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}
