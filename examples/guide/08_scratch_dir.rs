//! A scratch directory that is gone on every way out: after a result, after an error, and when nobody wants the result any more.
//!
//! `cargo run --example 08_scratch_dir`, and with `-- --cancel` a race, and a stream that is left in the middle.

use std::io;
use std::num::ParseIntError;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs;
use tokio::time::sleep;
use weftwork::prelude::*;

#[derive(Debug, thiserror::Error)]
enum SortError {
    #[error("{0}")]
    Number(#[from] ParseIntError),
    #[error(transparent)]
    File(#[from] io::Error),
}

/// A new directory of this name, and everything that is in it, for as long as it is used.
fn scratch_dir(path: PathBuf) -> Context<PathBuf, io::Error> {
    context!(async move {
        fs::create_dir(&path).await?;
        let (path, exit) = yield path;
        fs::remove_dir_all(&path).await?;
        println!("  {} is removed: {exit:?}", path.file_name().unwrap_or_default().display());
        Ok(())
    })
}

/// Sorts numbers in files: a run for each chunk, and a merge of the runs. `pause` makes it slow.
async fn sort(dir: &Path, name: &str, text: &str, pause: Duration) -> Result<Vec<u32>, SortError> {
    let numbers: Vec<&str> = text.split_whitespace().collect();
    with!(scratch = scratch_dir(dir.join(name)), async || -> Result<Vec<u32>, SortError> {
        for (number, chunk) in numbers.chunks(3).enumerate() {
            let mut run = chunk.iter().map(|text| text.parse()).collect::<Result<Vec<u32>, _>>()?;
            run.sort_unstable();
            let lines: String = run.iter().map(|number| format!("{number}\n")).collect();
            fs::write(scratch.join(format!("run_{number}")), lines).await?;
            sleep(pause).await;
        }
        merge(scratch).await
    })
    .await
}

/// The runs are short here: one after the other into a list that stays sorted.
async fn merge(scratch: &Path) -> Result<Vec<u32>, SortError> {
    let mut merged = Vec::new();
    let mut runs = fs::read_dir(scratch).await?;
    while let Some(run) = runs.next_entry().await? {
        for line in fs::read_to_string(run.path()).await?.lines() {
            let number = line.parse()?;
            merged.insert(merged.partition_point(|other| *other < number), number);
        }
    }
    Ok(merged)
}

try_generator!(
    /// Pieces that lie in a directory of their own while somebody reads them.
    async fn pieces(dir: PathBuf) -> impl Stream<Item = Result<String, io::Error>> {
        with!(scratch = scratch_dir(dir.join("pieces")), {
            for number in 1..=1000 {
                let path = scratch.join(number.to_string());
                fs::write(&path, format!("piece {number}")).await?;
                yield fs::read_to_string(&path).await?;
            }
            io::Result::Ok(())
        })
        .await?;
    }
);

async fn cancelled(dir: &Path) -> Result<(), SortError> {
    // When the winner is seen the directories of both are gone.
    let sorted = race!(sort(dir, "slow", "3 2 1", secs(3600)), sort(dir, "quick", "6 5 4", millis(50))).await?;
    println!("the winner: {sorted:?}");

    for_await!(for piece in pieces(dir.to_owned()) {
        let piece = piece?;
        println!("{piece}");
        if piece.ends_with('2') {
            break;
        }
    });
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), SortError> {
    let dir = tempfile::tempdir()?;
    if std::env::args().any(|argument| argument == "--cancel") {
        cancelled(dir.path()).await?;
    } else {
        println!("{:?}", sort(dir.path(), "good", "9 4 7 1 8 2 6", Duration::ZERO).await?);
        match sort(dir.path(), "bad", "9 4 7 one", Duration::ZERO).await {
            Ok(sorted) => println!("{sorted:?}"),
            Err(error) => println!("{error}"),
        }
    }
    let is_empty = fs::read_dir(dir.path()).await?.next_entry().await?.is_none();
    println!("{}", if is_empty { "nothing is left behind" } else { "something is left behind" });
    Ok(())
}
