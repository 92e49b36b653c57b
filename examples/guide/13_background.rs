//! Work that belongs to the program: a mailer that begins again when its server goes away, a heartbeat, and an end that waits for both.
//!
//! `cargo run --example 13_background`, and with `-- --wait` it runs until Ctrl-C.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::signal::ctrl_c;
use tokio::sync::{Mutex, Notify, mpsc};
use weftwork::{
    Context, Restart, background, background_with_restart, context, drain, drain_background, gather, millis, secs,
    set_report_hook, with,
};

#[derive(Debug, thiserror::Error)]
#[error("the mail server is away")]
struct Away;

/// The mails that have to go out.
struct Mailer {
    queue: Mutex<mpsc::Receiver<String>>,
    runs: AtomicUsize,
}

impl Mailer {
    /// Sends what is in the queue, up to its end. The first two connections break.
    async fn run(self: Arc<Self>) -> Result<(), Away> {
        let mut queue = self.queue.lock().await;
        if self.runs.fetch_add(1, Ordering::Relaxed) < 2 {
            return Err(Away);
        }
        while let Some(mail) = queue.recv().await {
            println!("sent: {mail}");
        }
        Ok(())
    }
}

fn beacon() -> Context<()> {
    context!(async {
        let ((), exit) = yield ();
        tokio::task::yield_now().await; // signs off
        println!("the heartbeat has signed off: {exit:?}");
    })
}

async fn heartbeat(began: Arc<Notify>) {
    with!(_ = beacon(), {
        began.notify_one();
        pending::<()>().await; // beats
    })
    .await;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    set_report_hook(|report| println!("reported: the {} {}", report.name(), report.message()));

    let (mails, queue) = mpsc::channel(16);
    let mailer = Arc::new(Mailer { queue: Mutex::new(queue), runs: AtomicUsize::new(0) });
    let restart = Restart::new().backoff(millis(5), secs(1)).limit(5);
    background_with_restart("mailer", restart, move || mailer.clone().run());

    let began = Arc::new(Notify::new());
    background("heartbeat", heartbeat(began.clone()));
    began.notified().await;

    for name in ["ann", "bob"] {
        drop(mails.send(format!("good morning, {name}")).await);
    }
    if std::env::args().any(|argument| argument == "--wait") {
        // It listens from its first poll on, and the first arm is polled first.
        gather!(ctrl_c(), async { println!("Ctrl-C ends it") }).await.0?;
    }

    // The end: no more mails come, so the mailer ends by itself when it has sent those that are there. The heartbeat never does; it
    // is cancelled, and signs off.
    drop(mails);
    for task in drain_background(secs(1)).await {
        println!("did not stop: {task}");
    }
    drain(secs(5)).await;
    println!("nothing is left");
    Ok(())
}
