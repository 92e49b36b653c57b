//! Whoever is first: an answer from several mirrors, a reserve that starts only when it is needed, and errors that are all there.
//!
//! `cargo run --example 06_race`

use std::time::Duration;

use tokio::time::sleep;
use weftwork::{as_completed, gather, race, race_ok};

#[derive(Debug, thiserror::Error)]
#[error("{0} does not answer")]
struct Silent(&'static str);

struct Mirror {
    name: &'static str,
    latency: Duration,
    is_up: bool,
}

impl Mirror {
    const fn new(name: &'static str, milliseconds: u64, is_up: bool) -> Self {
        Self { name, latency: Duration::from_millis(milliseconds), is_up }
    }

    async fn ask(&self) -> Result<&'static str, Silent> {
        sleep(self.latency).await;
        if self.is_up { Ok(self.name) } else { Err(Silent(self.name)) }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Silent> {
    let mirrors = [Mirror::new("near", 10, false), Mirror::new("far", 60, true), Mirror::new("farther", 120, true)];
    let [near, far, farther] = &mirrors;

    // The first outcome is a failure here, which is an outcome too.
    match race!(near.ask(), far.ask()).await {
        Ok(name) => println!("{name} was first"),
        Err(error) => println!("first of all, {error}"),
    }

    println!(
        "{} was the first to answer",
        race_ok!(for mirror in &mirrors {
            mirror.ask()
        })
        .await
        .expect("two are up")
    );

    // The reserve is asked when the other one has failed or is late, and not before.
    let answer = race_ok!(near.ask(), farther.ask(), far.ask(), stagger = 1s).await;
    println!("{} answered when {} had failed", answer.expect("it is up"), near.name);

    let errors = race_ok!(near.ask(), near.ask()).await.expect_err("it is down");
    println!("{errors}: {}", errors.first().expect("two have failed"));

    match gather!(
        for mirror in &mirrors {
            mirror.ask()?
        },
        errors = all
    )
    .await
    {
        Ok(names) => println!("{} are up", names.len()),
        Err(errors) => println!("{errors}"),
    }

    // What arrives while the body works is there when it comes round.
    as_completed!(for mirror in &mirrors {
        mirror.ask()
    })
    .indexed()
    .for_each(async |(index, answer)| {
        sleep(Duration::from_millis(20)).await;
        println!("{index}: {}", answer.map_or_else(|error| error.to_string(), str::to_owned));
    })
    .await;
    Ok(())
}
