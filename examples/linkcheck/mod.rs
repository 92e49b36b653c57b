//! Finds broken links.
//!
//! `cargo run --release --example linkcheck -- [PATH | URL]...` crawls folders of HTML and web sites, resolves every link
//! as a browser does, and lists those that lead nowhere. Without arguments it checks a small site with planted defects
//! that it serves itself. `--help` has the details.
//!
//! The program is also a tour of weftwork:
//!
//! - `crawl`: the open URLs are a `try_generator!`, from which the jobs of a `gather!` take what they check;
//! - `fetch`: each request has a `#[timeout]` and `#[retry]`, which follows the server's `Retry-After`, each host its limit in a
//!   `KeyedLimiter`;
//! - `crawl`: pages are taken apart in a `#[blocking(cpu)]` function;
//! - `records`: what a page says is saved by a `#[transactional]` method, all or nothing;
//! - `findings`, `report`: results stream out of the database, by `for await` and `for_await!`;
//! - `planted`, `folder`: the embedded server makes bodies by `generator!`.

mod anchors;
mod cli;
mod crawl;
mod fetch;
mod findings;
mod folder;
mod html;
mod planted;
mod progress;
mod records;
mod report;
mod resolve;
mod session;
mod sites;
mod store;
mod target;

use std::process::ExitCode;

use self::cli::Options;
use self::session::{Session, SessionError};

const FAILED: u8 = 2;

/// The program. Needs a tokio runtime.
pub async fn main() -> ExitCode {
    let options = match Options::read() {
        Ok(options) => options,
        Err(mistake) => return fail(&mistake),
    };
    check(&options).await.unwrap_or_else(|error| fail(&error.to_string()))
}

async fn check(options: &Options) -> Result<ExitCode, SessionError> {
    Session::prepare(options).await?.run().await
}

/// One line for what went wrong.
fn fail(message: &str) -> ExitCode {
    eprintln!("linkcheck: {}", message.replace('\n', " "));
    ExitCode::from(FAILED)
}
