//! `gather!` and `as_completed!`: every documented form.

use std::convert::Infallible;
use std::num::{NonZeroUsize, ParseIntError};

use weftwork::{Finished, GatherErrors, Progress, Stream, as_completed, for_await, gather};

async fn parse(text: &str) -> Result<u8, ParseIntError> {
    std::future::ready(text.parse()).await
}

async fn rest() {
    std::future::ready(()).await;
}

async fn endless() -> Infallible {
    std::future::pending().await
}

/// Unmarked arms, none, one, and arms that give nothing.
pub async fn arms() {
    let (first, second) = gather!(parse("1"), parse("2")).await;
    drop((first, second));
    let ((), ()) = gather!(rest(), rest()).await;
    gather!().await;
    let (one,) = gather!(parse("1")).await;
    drop(one);
}

/// Marked ones, all and some; an arm in parentheses and one in braces.
///
/// # Errors
/// When a text is no number.
pub async fn marked_arms() -> Result<u8, ParseIntError> {
    let (first, second) = gather!(parse("1")?, parse("2")?).await?;
    let (third, fourth) = gather!(parse("3")?, parse("4")).await?;
    let future = parse("5");
    let (fifth, (), sixth) = gather!((future)?, { rest() }, async { parse("6").await }?).await?;
    Ok(first + second + third + fourth? + fifth + sixth)
}

/// An arm that never ends.
pub async fn never() -> Infallible {
    let (never, ()) = gather!(endless(), rest()).await;
    never
}

/// Comprehensions, marked and not, with every kind of limit, on one line and on several.
///
/// # Errors
/// When a text is no number.
pub async fn comprehensions(texts: &[String], jobs: usize, count: NonZeroUsize) -> Result<Vec<u8>, ParseIntError> {
    drop(
        gather!(for text in texts {
            parse(text)
        })
        .await,
    );
    let numbers = gather!(
        for text in texts {
            parse(text)?
        },
        limit = 16
    )
    .await?;
    gather!(
        for _ in 0..3 {
            rest()
        },
        limit = jobs
    )
    .await;
    gather!(
        for _ in 0..3 {
            rest()
        },
        limit = count
    )
    .await;
    gather!(
        for _ in 0..3 {
            rest()
        },
        limit = (jobs + 1)
    )
    .await;
    let indices = gather!(for (index, _) in (texts.iter().enumerate()) {
        async move { index }
    })
    .await;
    drop((indices, numbers));
    gather!(
        for text in texts {
            if text.is_empty() {
                continue;
            }
            if text == "end" {
                break;
            }
            let trimmed = text.trim();
            parse(trimmed)?
        },
        limit = 2
    )
    .await
}

/// In the order of completion.
///
/// # Errors
/// When a text is no number.
pub async fn in_order_of_completion(texts: &[String]) -> Result<u32, ParseIntError> {
    let mut sum = 0;
    for_await!(for number in as_completed!(
        for text in texts {
            parse(text)
        },
        limit = 8
    ) {
        sum += u32::from(number?);
    });
    for_await!(for number in as_completed!(for text in texts {
        parse(text)
    }) {
        sum += u32::from(number?);
    });
    for_await!(for () in as_completed!(for _ in 0..3 {
        rest()
    }) {
        sum += 1;
    });
    Ok(sum)
}

/// Every error.
///
/// # Errors
/// When a text is no number.
pub async fn every_error() -> Result<(u8, u8), GatherErrors<ParseIntError>> {
    let (first, (), third) = gather!(parse("1")?, rest(), { parse("2") }?, errors = all).await?;
    let (second,) = gather!((parse("x"))?, errors = all).await?;
    Ok((first + second, third))
}

/// Counts the good ones.
#[derive(Debug, Default)]
pub struct Count(usize);

impl Progress for Count {
    fn finished(&mut self, child: Finished) {
        self.0 += usize::from(child == Finished::Good);
    }
}

/// Stream input and futures that are there already.
///
/// # Errors
/// When a text is no number.
pub async fn other_input(
    texts: impl Stream<Item = &str>,
    futures: Vec<std::future::Ready<Result<u8, ParseIntError>>>,
) -> Result<Vec<u8>, ParseIntError> {
    let mut numbers = gather!(
        for await text in texts {
            parse(text)?
        },
        limit = 8
    )
    .await?;
    numbers.extend(gather!(..futures?, limit = 8).await?);
    gather!(..[rest(), rest()]).await;
    Ok(numbers)
}

/// Every option.
///
/// # Errors
/// When a text is no number.
pub async fn options(texts: &[String], count: &mut Count) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    gather!(
        for _ in 0..3 {
            rest()
        },
        spawn
    )
    .await;
    let all = gather!(
        for text in texts {
            parse(text)?
        },
        errors = all,
        progress = count
    )
    .await;
    drop(all);
    gather!(
        for text in texts {
            let text = text.clone();
            async move { parse(&text).await }?
        },
        limit = 2,
        spawn,
        progress = Count::default(),
        error = Box<dyn std::error::Error + Send + Sync>
    )
    .await
}

/// Children that get on while the body runs.
///
/// # Errors
/// When a text is no number.
pub async fn for_each(texts: &[String]) -> Result<usize, ParseIntError> {
    let mut sum = 0;
    as_completed!(for text in texts {
        parse(text)
    })
    .indexed()
    .for_each(async |(index, _)| {
        rest().await;
        sum += index;
    })
    .await;
    as_completed!(
        for text in texts {
            let text = text.clone();
            async move { parse(&text).await }
        },
        limit = 4,
        spawn
    )
    .try_for_each(async |number| {
        sum += usize::from(number?);
        Ok(())
    })
    .await?;
    Ok(sum)
}
