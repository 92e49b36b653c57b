//! Tasks: prices are asked for while the program does something else. One has no answer, one is late, one is given up, and one runs on
//! by itself.
//!
//! `cargo run --example 10_create_task`

use std::future::pending;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::yield_now;
use weftwork::{Context, TaskError, context, drain, secs, set_report_hook, spawn, timeout, with};

#[derive(Debug, thiserror::Error)]
enum QuoteError {
    #[error("{0} is not traded")]
    Unknown(&'static str),
    #[error(transparent)]
    Task(#[from] TaskError),
}

async fn quote(symbol: &'static str) -> Result<u32, QuoteError> {
    yield_now().await; // asks the exchange
    match symbol {
        "AAA" => Ok(120),
        "BBB" => Ok(75),
        _ => Err(QuoteError::Unknown(symbol)),
    }
}

fn subscription(symbol: &'static str) -> Context<()> {
    context!(async move {
        let ((), exit) = yield ();
        yield_now().await; // says so to the exchange
        println!("  {symbol} is not watched any more: {exit:?}");
    })
}

async fn watch(symbol: &'static str) {
    with!(_ = subscription(symbol), { pending::<()>().await }).await;
}

async fn save(_price: u32) -> Result<(), std::io::Error> {
    Err(std::io::Error::other("the disk is full"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), QuoteError> {
    // Both run from here on, while nobody awaits them.
    let first = spawn(quote("AAA")).named("first");
    let second = spawn(quote("BBB")).named("second");
    println!("{} and {} are on their way", first.name().unwrap_or("?"), second.name().unwrap_or("?"));
    // One `?` is for the task, which may have panicked, the other one for the function.
    println!("120 and 75 are {}", first.await?? + second.await??);

    match spawn(quote("CCC")).await? {
        Ok(price) => println!("{price}"),
        Err(error) => println!("{error}"),
    }

    // The limit is on the waiting. By `&mut` nothing of the task is lost.
    let (bell, rung) = oneshot::channel();
    let mut late = spawn(async move { rung.await.map_or(0, |price: u32| price) });
    println!("late: {}", if late.try_result().is_some() { "has ended" } else { "is running" });
    println!("late: {}", timeout(Duration::ZERO, &mut late).await.expect_err("nobody has rung"));
    assert!(bell.send(99).is_ok());
    println!("late: {}", late.await?);

    // Cancelled, and waited for, with the clean-up in it.
    let watching = spawn(watch("AAA"));
    yield_now().await;
    assert_eq!(watching.cancel().await, None);
    println!("cancelled");

    // To drop the handle is to cancel. Here nobody is around who would wait, but for `drain`.
    let watching = spawn(watch("BBB"));
    yield_now().await;
    drop(watching);
    drain(secs(10)).await;
    println!("dropped");

    // What nobody waits for tells nobody that it has failed, but for the hook.
    set_report_hook(|report| println!("reported: `{}` {}", report.name(), report.message()));
    spawn(save(120)).named("save").detach();
    yield_now().await;
    Ok(())
}
