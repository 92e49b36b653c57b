//! C124: neither a handle nor a warning, and every output that says whether it is a failure.

#![deny(warnings)]

use std::time::Duration;

use weftwork::{Outcome, Restart, background, background_with_restart, drain_background, millis, secs, spawn};

async fn silent() {}

async fn anyhow() -> anyhow::Result<u8> {
    Ok(7)
}

async fn text() -> Result<(), &'static str> {
    Ok(())
}

async fn boxed() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(())
}

enum Health {
    Fine,
}

impl Outcome for Health {
    fn failure(&self) -> Option<String> {
        None
    }

    fn judge(self) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self)
    }
}

async fn health() -> Health {
    Health::Fine
}

struct Flusher(u8);

impl Flusher {
    async fn flush(&self) -> Result<(), std::io::Error> {
        assert_ne!(self.0, 0);
        Ok(())
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    background("silent", silent());
    background(String::from("anyhow"), anyhow());
    background("text", text());
    background("boxed", boxed());
    background("health", health());
    background("infallible", async { Ok::<_, std::convert::Infallible>(7) });
    let mut runs = 0;
    background_with_restart("again", Restart::new().backoff(millis(1), secs(1)).limit(3), move || {
        runs += 1;
        async move { if runs < 2 { anyhow().await.map(drop) } else { Ok(()) } }
    });
    let flusher = std::sync::Arc::new(Flusher(7));
    background_with_restart("method", Restart::default(), move || {
        let flusher = flusher.clone();
        async move { flusher.flush().await }
    });
    spawn(async { background("from a task", silent()) }).await.unwrap();
    let left = spawn(drain_background(Duration::MAX)).await.unwrap();
    assert!(left.is_empty());
}
