//! `context!`, `with!` and the ways out of `for_await!`.

use std::num::ParseIntError;

use woven::{AsyncContext, Context, Exit, LocalContext, Stream, context, for_await, with};

/// By the other name.
pub fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

/// Through a re-export.
pub fn parsed(text: String) -> Context<u8, ParseIntError> {
    crate::reexport::fabric::context!(async move {
        let number: u8 = text.parse()?;
        let (number, _) = yield number;
        number.to_string().parse::<u8>()?;
        Ok(())
    })
}

/// One that borrows.
pub fn borrowed(text: &str) -> LocalContext<'_, &str> {
    woven::context!(async move {
        let (_, _) = yield text;
    })
}

/// One that is a type.
#[derive(Debug)]
pub struct Session;

impl AsyncContext for Session {
    type Value = u8;
    type Error = ParseIntError;

    async fn enter(&mut self) -> Result<u8, ParseIntError> {
        "1".parse()
    }

    async fn exit(self, _: u8, _: Exit) -> Result<(), ParseIntError> {
        Ok(())
    }
}

/// All of them, one `with!` inside another.
///
/// # Errors
/// When a text is no number.
pub async fn all(text: &str) -> Result<u8, ParseIntError> {
    let first = with!(number = number(), { *number }).await;
    let second = woven::with!(_ = Session, parsed = parsed(text.into()), async || -> Result<u8, ParseIntError> {
        crate::reexport::fabric::with!(text = borrowed(text), { text.parse::<u8>() }).await?;
        Ok(*parsed)
    });
    Ok(first + second.await?)
}

/// By a macro of this crate, that knows it as `$crate`.
macro_rules! by_macro {
    ($name:ident, $number:expr) => {
        /// Generated.
        pub async fn $name() -> u8 {
            let context: Context<u8> = $crate::reexport::fabric::context!(async {
                yield $number;
            });
            $crate::reexport::fabric::with!(number = context, { *number }).await
        }
    };
}
by_macro!(generated, 7);

/// Every way out of a loop.
///
/// # Errors
/// When a text is no number.
pub async fn ways_out(texts: impl Stream<Item = String>) -> Result<u8, ParseIntError> {
    let mut sum = 0;
    'outer: {
        for_await!(for text in texts {
            let number = text.parse()?;
            match number {
                1 => return Ok(sum),
                2 => break 'outer,
                _ => sum += number,
            }
        });
    }
    Ok(sum)
}
