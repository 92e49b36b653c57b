//! `context!`, `with!`, `AsyncContext` and the ways out of `for_await!`: every documented form.

use std::convert::Infallible;
use std::num::ParseIntError;
use std::time::Duration;

use weftwork::{
    AsyncContext, CleanUp, Context, Exit, Lender, LocalContext, Stream, clean_ups, context, drain, for_await, local_context,
    with, with_grace,
};

async fn rest() {
    std::future::ready(()).await;
}

/// Its value is not wanted back.
pub fn bare() -> Context<String> {
    context!(async {
        rest().await;
        yield String::new();
        rest().await;
    })
}

/// There is no value.
pub fn nothing() -> Context<()> {
    context!(async {
        yield;
    })
}

/// The clean-up sees value and outcome.
pub fn pair(text: String) -> Context<u8, ParseIntError> {
    context!(async move {
        let number: u8 = text.parse()?;
        let (number, exit) = yield number;
        rest().await;
        if exit.is_ok() {
            return Ok(());
        }
        number.to_string().parse().map(|_: u8| ())
    })
}

/// It wants one of the two.
pub fn one_of_two() -> Context<Vec<u8>> {
    context!(async {
        let (bytes, _) = yield vec![1];
        rest().await;
        drop(bytes);
        rest().await;
    })
}

/// It borrows.
pub fn borrowed(text: &str) -> LocalContext<'_, usize> {
    context!(async move {
        let (_, exit) = yield text.len();
        if exit == Exit::Completed {
            rest().await;
        }
    })
}

/// With everything that is set on it.
pub fn named(text: String) -> Context<u8, String> {
    pair(text).map_err(|error| error.to_string()).named("pair").grace(Duration::from_secs(2)).shielded()
}

/// Without the macro.
pub fn by_hand() -> Context<u8> {
    context(async |lender: Lender<u8>| {
        lender.lend(1).await;
    })
}

/// Without the macro, and it borrows.
pub fn by_hand_borrowed(text: &str) -> LocalContext<'_, usize> {
    local_context(async move |lender: Lender<usize>| {
        lender.lend(text.len()).await;
    })
}

/// A type.
#[derive(Debug)]
pub struct Session {
    name: String,
}

impl AsyncContext for Session {
    type Value = Vec<String>;
    type Error = Infallible;

    async fn enter(&mut self) -> Result<Self::Value, Infallible> {
        rest().await;
        Ok(vec![std::mem::take(&mut self.name)])
    }

    async fn exit(self, value: Self::Value, exit: Exit) -> Result<(), Infallible> {
        rest().await;
        drop((value, exit));
        Ok(())
    }
}

/// One context: a value, nothing, and a value that is a reference.
pub async fn one(text: &str) -> usize {
    let length = with!(text = bare(), { text.len() }).await;
    with!(_ = nothing(), { rest().await }).await;
    with!(_ = nothing(), {
        rest().await;
    })
    .await;
    with!(_ = nothing(), {}).await;
    let session = Session { name: text.to_owned() };
    let names = with!(names = session, {
        names.push(String::new());
        names.len()
    })
    .await;
    length + names + with!(length = borrowed(text), async { *length }).await
}

/// Several, of which one uses another; a body that fails, one that moves, and one whose type is said.
///
/// # Errors
/// When a text is no number.
pub async fn several(text: String) -> Result<u8, ParseIntError> {
    let first = with!(first = pair(text.clone()), second = pair(first.to_string()), {
        let more: u8 = text.parse()?;
        Ok::<u8, ParseIntError>(*first + *second + more)
    })
    .await?;
    let second = with!(_ = bare(), number = pair(text.clone()), async || -> Result<u8, ParseIntError> {
        let more: u8 = text.parse()?;
        if more == 0 {
            return Ok(0);
        }
        rest().await;
        Ok(*number + more)
    })
    .await?;
    let third = with!(bytes = one_of_two(), number = by_hand(), async move || -> Result<u8, ParseIntError> {
        bytes.push(*number);
        text.parse()
    });
    Ok(first + second + third.await?)
}

/// One that is awaited later.
///
/// # Errors
/// When the text is no number.
pub fn later(text: String) -> impl Future<Output = Result<u8, String>> + Send {
    with!(number = named(text), async move {
        rest().await;
        Ok(*number)
    })
}

/// One inside another, and with a unit for its result.
///
/// # Errors
/// When a text is no number.
pub async fn nested(text: &str) -> Result<(), ParseIntError> {
    with!(number = pair(text.to_owned()), {
        with!(length = by_hand_borrowed(text), { *length += usize::from(*number) }).await;
        Ok(())
    })
    .await
}

/// Without the macro.
///
/// # Errors
/// When a text is no number.
pub async fn function(text: String) -> Result<u8, ParseIntError> {
    with(pair(text), async |number| Ok(*number)).await
}

/// What programs see of clean-ups.
pub async fn outstanding(text: &str) -> Vec<CleanUp> {
    with_grace(Duration::from_secs(1), one(text)).await;
    let mut all = clean_ups();
    all.extend(drain(Duration::from_secs(5)).await);
    all
}

/// Every way out of a loop.
///
/// # Errors
/// When an item is one.
pub async fn ways_out(texts: impl Stream<Item = Result<String, ParseIntError>>) -> Result<Option<u8>, ParseIntError> {
    let mut sum = 0;
    'outer: {
        for_await!('own: for text in texts {
            let text = text?;
            for part in text.split(' ') {
                match part.parse()? {
                    0 => continue 'own,
                    1 => return Ok(None),
                    2 => break 'outer,
                    3 => break,
                    number => sum += number,
                }
            }
        });
    }
    Ok(Some(sum))
}

/// Of one inside another, from a function that gives nothing.
pub async fn nested_ways_out(first: impl Stream<Item = u8>, second: impl Stream<Item = u8> + Unpin) {
    let mut second = second;
    for_await!('first: for one in first {
        for_await!(for two in &mut second {
            if one == two {
                return;
            }
            if one > two {
                continue 'first;
            }
        });
        rest().await;
    });
}

/// Of options.
pub async fn options(numbers: impl Stream<Item = Option<u8>>) -> Option<u8> {
    let mut sum = 0_u8;
    for_await!(for number in numbers {
        sum = sum.checked_add(number?)?;
    });
    Some(sum)
}
