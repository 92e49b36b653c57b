//! Finds broken links: `cargo run --release --example linkcheck -- [PATH | URL]...`
//!
//! The program is in `mod.rs`, as a module of the library, so that its tests run with all others.

#![forbid(unsafe_code)]

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    weftwork_examples::linkcheck::main().await
}
