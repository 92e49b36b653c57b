//! What runs: a server whose tasks are shown as a tree, on a signal while it runs and when Ctrl-C ends it.
//!
//! `cargo run --example 14_task_tree` shows the tree once. With `-- --wait` it runs on, and `kill -USR1` with the number that it
//! prints shows the tree at any time.

use std::future::pending;
use std::io;
use std::pin::pin;

use tokio::signal::ctrl_c;
use tokio::sync::mpsc;
use weftwork::{Group, GroupError, Ready, background, drain_background, secs, spawn, task_group, tasks};

/// Takes a visitor's orders, and has each one cooked.
async fn table(ready: Ready<()>) {
    let _order = spawn(cook(ready)).named("soup");
    pending::<()>().await;
}

async fn cook(ready: Ready<()>) {
    ready.set(());
    pending::<()>().await;
}

async fn statistics() {
    pending::<()>().await;
}

/// Comes once for each signal.
fn signals() -> io::Result<mpsc::Receiver<()>> {
    let (sender, receiver) = mpsc::channel(1);
    #[cfg(unix)]
    {
        let mut signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::user_defined1())?;
        background("signals", async move {
            while signals.recv().await.is_some() {
                let _ = sender.send(()).await;
            }
        });
    }
    #[cfg(not(unix))]
    background("signals", async move { sender.closed().await });
    Ok(receiver)
}

/// Shows the tree at each signal, up to Ctrl-C.
async fn show_at_signals(mut signals: mpsc::Receiver<()>) -> io::Result<()> {
    println!("waiting as {}", std::process::id());
    let mut interrupt = pin!(ctrl_c());
    loop {
        tokio::select! {
            Some(()) = signals.recv() => println!("{}\n", tasks()),
            interrupted = &mut interrupt => {
                println!("interrupted");
                return interrupted;
            }
        }
    }
}

async fn serve(is_to_wait: bool) -> io::Result<()> {
    let signals = signals()?;
    background("statistics", statistics());
    let served = task_group(async |group: Group<io::Error>| {
        for _ in 1..=2 {
            group.spawn_ready(table).await?;
        }
        if is_to_wait {
            show_at_signals(signals).await?;
        }
        println!("{}\n", tasks());
        group.cancel();
        Ok(())
    });
    served.named("restaurant").await.map_err(GroupError::into_first)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let result = serve(std::env::args().any(|argument| argument == "--wait")).await;
    drain_background(secs(0)).await;
    println!("{} tasks are left", tasks().len());
    result
}
