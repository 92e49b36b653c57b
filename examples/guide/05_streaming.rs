//! Streaming: follows a log while a task writes it, filters what arrives, and ends with the writer.
//!
//! `cargo run --example 05_streaming`

use std::io;
use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::watch;
use weftwork::prelude::*;

try_generator!(
    /// The lines of a log that grows, until its writer is gone.
    async fn follow(path: &Path, mut written: watch::Receiver<()>) -> impl Stream<Item = io::Result<String>> {
        let mut log = BufReader::new(File::open(path).await?);
        let mut line = String::new();
        written.mark_changed(); // What is there already counts.
        loop {
            // What is written while the lines are read is a change for the next round. After the end comes one more.
            let ended = written.changed().await.is_err();
            while log.read_line(&mut line).await? > 0 && line.ends_with('\n') {
                line.pop();
                yield std::mem::take(&mut line);
            }
            if ended {
                break;
            }
        }
        if !line.is_empty() {
            yield line; // The writer ended in the middle of it.
        }
    }
);

try_generator!(
    /// A stage: a stream from a stream, in the same task and without a queue.
    async fn errors(lines: impl Stream<Item = io::Result<String>>) -> impl Stream<Item = io::Result<String>> {
        for await line in lines {
            if let Some(error) = line?.strip_prefix("ERROR ") {
                yield error.to_owned();
            }
        }
    }
);

/// Writes in pieces that are no lines. Each is there before the next one begins; dropping `written` says that it was the last.
async fn write(path: &Path, pieces: &[&str], written: watch::Sender<()>, mut seen: watch::Receiver<usize>) -> io::Result<()> {
    let mut log = File::options().append(true).open(path).await?;
    let mut lines = tokio::fs::read_to_string(path).await?.lines().count();
    for piece in pieces {
        // The reader is as far as it can be: so it has really followed, and has not read all at once.
        if seen.wait_for(|seen| *seen == lines).await.is_err() {
            return Ok(());
        }
        log.write_all(piece.as_bytes()).await?;
        log.flush().await?;
        lines += piece.matches('\n').count();
        written.send_replace(());
    }
    Ok(())
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("service.log");
    tokio::fs::write(&path, "INFO started\n").await?;

    let (written, changes) = watch::channel(());
    let (progress, seen) = watch::channel(0);
    let writer = tokio::spawn({
        let path = path.clone();
        let pieces = ["INFO one\nERR", "OR disk full\nINFO t", "wo\n", "ERROR no route\nERROR no time", "\nINFO stopping"];
        async move { write(&path, &pieces, written, seen).await }
    });

    for_await!(for line in follow(&path, changes) {
        println!("{}", line?);
        progress.send_modify(|seen| *seen += 1);
    });
    writer.await??;

    // The same, now that nobody writes any more: ends with what is there.
    let (_, changes) = watch::channel(());
    for_await!(for error in errors(follow(&path, changes)) {
        println!("error: {}", error?);
    });
    Ok(())
}
