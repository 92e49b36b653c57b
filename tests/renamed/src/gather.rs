//! `gather!`, `as_completed!`, `race!` and `race_ok!`, by the other name, by a re-export, and by one of the macros inside another.

use std::num::ParseIntError;

use woven::{GatherErrors, RaceError, as_completed, for_await, gather, race, race_ok};

async fn parse(text: &str) -> Result<u8, ParseIntError> {
    text.parse()
}

/// Arms.
///
/// # Errors
/// When a text is no number.
pub async fn arms() -> Result<(u8, Result<u8, ParseIntError>), ParseIntError> {
    let (first, ()) = gather!(gather!(parse("1")?, parse("x")), async {}).await;
    first
}

/// A comprehension.
///
/// # Errors
/// When a text is no number.
pub async fn comprehension(texts: &[String]) -> Result<Vec<u8>, ParseIntError> {
    woven::gather!(
        for text in texts {
            parse(text)?
        },
        limit = 4
    )
    .await
}

/// Through another crate's re-export.
pub async fn handed_on(texts: &[String]) -> Vec<Result<u8, ParseIntError>> {
    crate::reexport::fabric::gather!(for text in texts {
        parse(text)
    })
    .await
}

/// In the order of completion.
///
/// # Errors
/// When a text is no number.
pub async fn sum(texts: &[String]) -> Result<u32, ParseIntError> {
    let mut sum = 0;
    for_await!(for number in as_completed!(
        for text in texts {
            parse(text)
        },
        limit = 4
    ) {
        sum += u32::from(number?);
    });
    Ok(sum)
}

/// Every error.
///
/// # Errors
/// When a text is no number.
pub async fn all() -> Result<(u8, u8), GatherErrors<ParseIntError>> {
    gather!(parse("1")?, parse("x")?, errors = all).await
}

/// The first output.
///
/// # Errors
/// When a text is no number.
pub async fn first() -> Result<u8, ParseIntError> {
    race!(parse("1"), crate::reexport::fabric::race!(parse("2"), parse("x"))).await
}

/// The first number.
///
/// # Errors
/// When no text is a number.
pub async fn number() -> Result<u8, RaceError<ParseIntError>> {
    woven::race_ok!(parse("1"), async { race_ok!(parse("2"), parse("3")).await.or(Ok(4)) }, stagger = 5ms).await
}

/// Stream input, tasks, and every error.
pub async fn every_option(texts: impl woven::Stream<Item = String>) -> bool {
    let parsed = gather!(
        for await text in texts {
            async move { parse(&text).await }?
        },
        limit = 4,
        spawn,
        error = Box<dyn std::error::Error + Send + Sync>,
        errors = all
    );
    parsed.await.is_ok()
}

/// Futures that are there already.
///
/// # Errors
/// When a text is no number.
pub async fn splat(texts: &[String]) -> Result<Vec<u8>, ParseIntError> {
    gather!(..texts.iter().map(|text| parse(text))?).await
}

/// With a body that borrows.
pub async fn count(texts: &[String]) -> usize {
    let mut count = 0;
    as_completed!(for text in texts {
        parse(text)
    })
    .for_each(async |number| count += usize::from(number.is_ok()))
    .await;
    count
}
