//! Fetches together: arms, a comprehension with a limit, and results as they come.
//!
//! `cargo run --example 03_gather`

use std::time::{Duration, Instant};

use tokio::time::sleep;
use weftwork::{as_completed, for_await, gather};

#[derive(Debug, thiserror::Error)]
#[error("user {0} is unknown")]
struct Unknown(u64);

async fn fetch_user(id: u64) -> Result<String, Unknown> {
    sleep(Duration::from_millis(100 - 10 * (id % 5))).await;
    if id == 13 { Err(Unknown(id)) } else { Ok(format!("user {id}")) }
}

async fn fetch_orders(id: u64) -> Result<Vec<u64>, Unknown> {
    sleep(Duration::from_millis(60)).await;
    Ok(vec![id * 10, id * 10 + 1])
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Unknown> {
    let start = Instant::now();
    let (user, orders) = gather!(fetch_user(7)?, fetch_orders(7)?).await?;
    println!("{user} has orders {orders:?}, after {:?}", start.elapsed());

    let start = Instant::now();
    let users = gather!(
        for id in 1..=12 {
            fetch_user(id)?
        },
        limit = 4
    )
    .await?;
    println!("{} users, four at a time, after {:?}", users.len(), start.elapsed());

    // The first failure ends it: the slower ones are dropped. Without the `?` each result would be kept.
    let start = Instant::now();
    match gather!(for id in 10..=20 {
        fetch_user(id)?
    })
    .await
    {
        Ok(users) => println!("{} users", users.len()),
        Err(unknown) => println!("{unknown}, after {:?}", start.elapsed()),
    }

    let start = Instant::now();
    for_await!(for result in as_completed!(for id in 10..=14 {
        fetch_user(id)
    }) {
        match result {
            Ok(user) => println!("{user} is here, after {:?}", start.elapsed()),
            Err(unknown) => println!("{unknown}"),
        }
    });
    Ok(())
}
