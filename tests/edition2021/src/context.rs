//! Contexts, and the ways out of a loop.

use weftwork::{context, for_await, with, AsyncContext, Context, Exit, LocalContext, Stream};

/// A number.
pub fn number(n: u32) -> Context<u32, String> {
    context!(async move {
        let (n, exit) = yield n;
        if exit.is_ok() && n > 0 {
            Ok(())
        } else {
            Err("none".into())
        }
    })
}

/// Borrows, and says so.
pub fn word<'a>(text: &'a str) -> LocalContext<'a, &'a str> {
    context!(async move {
        yield text;
    })
}

/// A type.
#[derive(Debug)]
pub struct Session;

impl AsyncContext for Session {
    type Value = u32;
    type Error = String;

    async fn enter(&mut self) -> Result<u32, String> {
        Ok(1)
    }

    async fn exit(self, _: u32, _: Exit) -> Result<(), String> {
        Ok(())
    }
}

/// Several.
///
/// # Errors
/// When there is none.
pub async fn several(text: &str) -> Result<u32, String> {
    with!(n = number(1), word = word(text), _ = Session, async || -> Result<u32, String> {
        *n += word.parse::<u32>().map_err(|error| error.to_string())?;
        Ok(*n)
    })
    .await
}

/// Every way out.
///
/// # Errors
/// When an item is one.
pub async fn ways_out(numbers: impl Stream<Item = Result<u32, String>>) -> Result<u32, String> {
    let mut sum = 0;
    'outer: {
        for_await!(for n in numbers {
            match n? {
                0 => return Ok(sum),
                1 => break 'outer,
                n => sum += n,
            }
        });
    }
    Ok(sum)
}
