//! Work that blocks: files are hashed on the threads that are there for it, while the program goes on and tells how far they are. Work
//! that nobody waits for any more ends early.
//!
//! `cargo run --example 15_run_in_executor`, and with `-- --wait` it hashes until Ctrl-C.

use std::fs::{self, File};
use std::future::pending;
use std::io::{self, Read, repeat};
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::signal::ctrl_c;
use tokio::sync::mpsc::{Sender, channel};
use weftwork::prelude::*;

const PIECE: usize = 64 << 10;

/// One piece is hashed.
struct Piece;

/// FNV-1a of all that a reader has, piece by piece. None if nobody waits for it any more.
fn hash(mut reader: impl Read, progress: &Sender<Piece>) -> io::Result<Option<u64>> {
    let (mut hash, mut piece) = (0xcbf2_9ce4_8422_2325_u64, vec![0; PIECE]);
    loop {
        if cancelled() {
            println!("  given up");
            return Ok(None);
        }
        let length = reader.read(&mut piece)?;
        if length == 0 {
            return Ok(Some(hash));
        }
        for byte in &piece[..length] {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        // Whoever looks at the progress may have gone.
        drop(progress.blocking_send(Piece));
    }
}

/// As many at once as there are cores.
#[blocking(cpu)]
async fn hash_file(path: PathBuf, progress: Sender<Piece>) -> io::Result<Option<u64>> {
    hash(File::open(path)?, &progress)
}

/// Has no end but that its caller leaves.
#[blocking(cpu)]
async fn hash_for_ever(progress: Sender<Piece>) -> io::Result<Option<u64>> {
    hash(repeat(7), &progress)
}

/// Waits for the disk, not for the processor: one of tokio's many threads for it will do.
#[blocking]
async fn files() -> io::Result<(TempDir, Vec<PathBuf>)> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str| {
        let path = folder.path().join(name);
        fs::write(&path, name.repeat(PIECE)).map(|()| path)
    };
    let paths = ["tea", "coffee", "cocoa"].into_iter().map(write).collect::<io::Result<_>>()?;
    Ok((folder, paths))
}

/// The threads can not go on before somebody has heard of their last piece, so this shows that both are at work.
async fn hash_and_tell() -> io::Result<()> {
    let (_folder, paths) = files().await?;
    let (progress, mut pieces) = channel(1);
    let hashing = async move {
        gather!(for path in paths {
            hash_file(path, progress.clone())?
        })
        .await
    };
    let telling = async {
        let mut done = 0;
        while let Some(Piece) = pieces.recv().await {
            done += 1;
            if done % 7 == 0 {
                println!("{done} pieces");
            }
        }
    };
    let (hashes, ()) = gather!(hashing?, telling).await?;
    for (hash, name) in hashes.into_iter().flatten().zip(["tea", "coffee", "cocoa"]) {
        println!("{name}: {hash:016x}");
    }
    Ok(())
}

/// Until Ctrl-C, or until the first piece is done.
async fn hash_and_give_up(wait: bool) -> io::Result<()> {
    let (progress, mut pieces) = channel(1);
    let interrupt = async { if wait { ctrl_c().await } else { pending().await } };
    let hashing = async { hash_for_ever(progress).await.map(drop) };
    let telling = async {
        // What has not begun would never do so, once it is given up.
        pieces.recv().await;
        if wait {
            println!("Ctrl-C ends it");
            while pieces.recv().await.is_some() {}
        }
        Ok(())
    };
    race!(interrupt, hashing, telling).await?;

    // The race does not wait for the thread, which nothing can stop. It has seen that its caller has left, or will soon.
    drop(pieces);
    let left = drain(secs(10)).await;
    println!("{} threads are left", left.len());
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let wait = std::env::args().any(|argument| argument == "--wait");
    if !wait {
        hash_and_tell().await?;
    }
    hash_and_give_up(wait).await
}
