//! `race!` and `race_ok!`: every documented form.

use std::convert::Infallible;
use std::num::ParseIntError;
use std::time::Duration;

use weftwork::{RaceError, race, race_ok};

async fn parse(text: &str) -> Result<u8, ParseIntError> {
    std::future::ready(text.parse()).await
}

async fn rest() {
    std::future::ready(()).await;
}

async fn endless() -> Infallible {
    std::future::pending().await
}

/// Arms, one and several, in parentheses and in braces, and such that give nothing.
///
/// # Errors
/// When a text is no number.
pub async fn arms() -> Result<u8, ParseIntError> {
    race!(rest(), rest()).await;
    race!(rest()).await;
    let first = race!(parse("1"), parse("2")).await?;
    let future = parse("3");
    let second = race!((future), { parse("4") }, async { parse("5").await }).await?;
    let mut lent = Box::pin(parse("6"));
    let third = race!(&mut lent, parse("7")).await?;
    Ok(first + second + third)
}

/// Arms that never end.
pub async fn never() -> Infallible {
    race!(endless(), endless()).await
}

/// A race that is awaited later.
pub fn later() -> impl Future<Output = Option<u8>> {
    race!(
        async {
            rest().await;
            None
        },
        async { parse("1").await.ok() }
    )
}

/// The first success, and every kind of stagger.
///
/// # Errors
/// When no text is a number.
pub async fn successes(patience: Duration) -> Result<u8, RaceError<ParseIntError>> {
    let first = race_ok!(parse("1"), parse("2")).await?;
    let second = race_ok!(parse("1"), { parse("2") }, stagger = 250ms).await?;
    let third = race_ok!(parse("1"), (parse("2")), stagger = "1.5s").await?;
    let fourth = race_ok!(parse("1"), parse("2"), stagger = patience).await?;
    let fifth = race_ok!(parse("1"), parse("2"), stagger = (patience * 2)).await?;
    let sixth = race_ok!(parse("1"), stagger = 0s).await?;
    Ok(first + second + third + fourth + fifth + sixth)
}
