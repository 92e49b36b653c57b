//! A lease that one holder has at a time, among tasks and among processes: a lock on a file, given back on every way out.
//!
//! `cargo run --example 09_lease`, and with `-- --cancel` holders that are cancelled, one at work and one that is only just taking it.

use std::fs::{File, TryLockError};
use std::future::pending;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;
use tokio::time::sleep;
use weftwork::{Context, context, gather, millis, race, timeout, with};

#[derive(Debug, thiserror::Error)]
enum LeaseError {
    #[error("taken by {0}")]
    Taken(String),
    #[error(transparent)]
    File(#[from] io::Error),
}

/// The lease on a file, in which the holder's name stands meanwhile. If somebody else has it, that is an error.
fn lease(path: PathBuf, holder: &'static str) -> Context<(), LeaseError> {
    let lease: Context<_, _> = context!(async move {
        let file = fs::File::options().create(true).truncate(false).write(true).open(&path).await?.into_std().await;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LeaseError::Taken(fs::read_to_string(&path).await.unwrap_or_default()));
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut file = fs::File::from_std(file);
        file.write_all(holder.as_bytes()).await?;
        file.flush().await?;
        let ((), exit) = yield ();
        file.set_len(0).await?;
        if !exit.is_ok() {
            println!("  {holder} gives it back: {exit:?}");
        }
        Ok(file.into_std().await.unlock()?)
    });
    // Cut between the lock and the name, it would be nobody's lease.
    lease.shielded().named(holder)
}

/// Adds one to the number in a file, in a way that needs a lease.
async fn count(dir: &Path, holder: &'static str) -> Result<(), LeaseError> {
    let counter = dir.join("counter");
    loop {
        let counted = with!(_ = lease(dir.join("lease"), holder), async || -> Result<(), LeaseError> {
            let count: u32 = fs::read_to_string(&counter).await?.parse().unwrap_or(0);
            sleep(millis(1)).await;
            Ok(fs::write(&counter, (count + 1).to_string()).await?)
        });
        match counted.await {
            // The waiting is not a part of the lease: it may be cut.
            Err(LeaseError::Taken(_)) => sleep(millis(1)).await,
            other => return other,
        }
    }
}

async fn count_often(dir: &Path, holder: &'static str) -> Result<(), LeaseError> {
    for _ in 0..10 {
        count(dir, holder).await?;
    }
    Ok(())
}

/// Lets another process try to get it.
async fn ask_another_process(dir: &Path) -> io::Result<()> {
    let mut other = std::process::Command::new(std::env::current_exe()?);
    other.arg("--try").arg(dir.join("lease"));
    let output = tokio::task::spawn_blocking(move || other.output()).await??;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

async fn competing(dir: &Path) -> Result<(), LeaseError> {
    with!(_ = lease(dir.join("lease"), "this process"), { Ok::<_, LeaseError>(ask_another_process(dir).await?) }).await?;
    ask_another_process(dir).await?;

    fs::write(dir.join("counter"), "0").await?;
    gather!(count_often(dir, "ann")?, count_often(dir, "ben")?, count_often(dir, "cem")?).await?;
    println!("3 workers, 10 rounds each: the counter is at {}", fs::read_to_string(dir.join("counter")).await?);
    Ok(())
}

async fn cancelled(dir: &Path) -> Result<(), LeaseError> {
    let has_asked = Notify::new();
    let work = with!(_ = lease(dir.join("lease"), "ann"), async || -> Result<(), LeaseError> {
        ask_another_process(dir).await?;
        has_asked.notify_one();
        pending().await
    });
    let stop = async {
        has_asked.notified().await;
        Ok(())
    };
    // The one that ends is the stop. The other is through when that is seen.
    race!(work, stop).await?;
    println!("ann was cancelled");
    ask_another_process(dir).await?;

    // No time at all: it is polled once, and begins to take the lease. It comes to have it, and gives it back.
    let work = with!(_ = lease(dir.join("lease"), "ben"), { pending::<Result<(), LeaseError>>().await });
    println!("ben {}", timeout(Duration::ZERO, work).await.expect_err("there is no time"));
    ask_another_process(dir).await?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), LeaseError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let ["--try", path] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        let tried = File::options().write(true).open(path)?.try_lock();
        let holder = if tried.is_err() { std::fs::read_to_string(path).unwrap_or_default() } else { "nobody".to_owned() };
        println!("seen from another process, {holder} has it");
        return Ok(());
    }
    let dir = tempfile::tempdir()?;
    if arguments.iter().any(|argument| argument == "--cancel") {
        cancelled(dir.path()).await
    } else {
        competing(dir.path()).await
    }
}
