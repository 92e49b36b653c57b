//! What the tests of all examples need.

use std::path::{Path, PathBuf};

/// An example's binary, which cargo builds for the tests of its package, next to their directory.
pub(crate) fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let binary = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "{} is not built; run `cargo build --examples` first", binary.display());
    binary
}
