//! Policies on functions: a call that stops in time, and one that waits its turn.
//!
//! `cargo run --example 04_policies`

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use thiserror::Error as ThisError;
use tokio::time::sleep;
use weftwork::prelude::*;

#[derive(Debug, ThisError)]
enum FetchError {
    #[error(transparent)]
    Late(#[from] Elapsed),
}

/// A server that answers `/slow` after a while, and counts who is there.
#[derive(Default)]
struct Server {
    visitors: AtomicUsize,
    most: AtomicUsize,
}

impl Server {
    /// At most three at once, however many call. Each has 200 ms once it is its turn, and 2 s with the time in the queue.
    #[timeout(2s)]
    #[limit(3)]
    #[timeout(200ms)]
    async fn fetch(&self, path: &str) -> Result<usize, FetchError> {
        let visitors = self.visitors.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(visitors, Ordering::Relaxed);
        let _leaving = Leaving(&self.visitors);
        sleep(if path == "/slow" { Duration::from_secs(60) } else { millis(20) }).await;
        Ok(path.len())
    }
}

/// Runs on every way out, also when time runs out in the middle.
struct Leaving<'a>(&'a AtomicUsize);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::default();
    let paths = ["/a", "/b", "/slow", "/c", "/d", "/e"];
    let answers = gather!(for path in &paths {
        server.fetch(path)
    })
    .await;
    for (path, answer) in paths.iter().zip(answers) {
        match answer {
            Ok(length) => println!("{path}: {length}"),
            Err(error) => println!("{path}: {error}"),
        }
    }
    println!("at most {} at once", server.most.load(Ordering::Relaxed));
    assert_eq!((server.visitors.into_inner(), server.most.into_inner()), (0, 3));

    // The same without attributes.
    let limiter = Limiter::new(3);
    let late = timeout(millis(10), limiter.run(sleep(secs(60)))).await;
    assert_eq!(late.map_err(|elapsed| elapsed.to_string()), Err("timed out after 10ms".to_owned()));
    assert_eq!(limiter.available(), 3);
    Ok(())
}
