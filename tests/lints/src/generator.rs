//! Generators under the strictest lints.

use weftwork::{Stream, Yielder, for_await, generator, stream, try_generator, try_stream};

/// The error of the fallible forms.
#[derive(Debug)]
pub struct Wrong;

impl From<std::num::ParseIntError> for Wrong {
    fn from(_: std::num::ParseIntError) -> Self {
        Self
    }
}

/// A loop without an end.
pub fn endless() -> impl Stream<Item = u64> {
    generator!(async move {
        let mut n = 0;
        loop {
            yield n;
            n += 1;
        }
    })
}

/// Borrows its surroundings, and yields in branches.
pub fn words(text: &str) -> impl Stream<Item = &str> {
    generator!(async move {
        for word in text.split(' ') {
            if word.is_empty() {
                continue;
            }
            match word.len() {
                1 => yield word,
                2 => {
                    yield word;
                }
                _ => return,
            }
        }
    })
}

/// Yields in nested blocks, and loops in them.
pub fn nested() -> impl Stream<Item = u64> {
    generator!(async || -> u64 {
        async {
            yield 1;
        }
        .await;
        let value = async {
            for await n in endless() {
                if n > 3 {
                    return n;
                }
                yield n;
            }
            0
        };
        yield value.await;
        async {
            for await n in endless() {
                yield n;
            }
        }
        .await;
    })
}

/// `for await` in every position.
pub fn loops() -> impl Stream<Item = u64> {
    generator!(async {
        'outer: for await n in endless() {
            for await m in endless() {
                if m > n {
                    continue 'outer;
                }
                if m + n > 9 {
                    break 'outer;
                }
                yield m;
            }
        }
        for await n in nested() {
            yield n;
        }
    })
}

/// The ways to end the fallible form.
pub fn numbers(text: &str) -> impl Stream<Item = Result<u64, Wrong>> {
    try_generator!(async move {
        for word in text.split(' ') {
            yield word.parse()?;
        }
        let Some(last) = text.chars().last() else {
            return;
        };
        if last == '!' {
            return Err(Wrong);
        }
        yield 1;
    })
}

/// Ends with an error.
pub fn fails() -> impl Stream<Item = Result<u64, Wrong>> {
    try_generator!(async {
        yield 1;
        return Err(Wrong);
    })
}

/// Never ends, and may fail.
pub fn fallible_loop() -> impl Stream<Item = Result<u64, Wrong>> {
    try_generator!(async move || -> Result<u64, Wrong> {
        loop {
            for await n in numbers("1 2") {
                yield n?;
            }
            async {
                yield 3;
            }
            .await;
        }
    })
}

/// Values of type `()` at the end of blocks.
pub fn tails(text: &str) -> impl Stream<Item = Result<usize, Wrong>> {
    try_generator!(async move {
        for word in text.split(' ') {
            if word.is_empty() {
                yield 0
            } else {
                async { yield word.len() }.await;
            }
        }
        for await n in numbers(text) {
            yield usize::from(n? > 0)
        }
    })
}

async fn count_down(y: &Yielder<'_, u64>, from: u64) {
    for n in (0..from).rev() {
        y.emit(n).await;
    }
}

/// Without macros.
pub fn handles() -> impl Stream<Item = u64> {
    stream(async move |y| {
        count_down(&y, 3).await;
        y.emit(9).await;
    })
}

/// Without macros, and fallible.
pub fn fallible_handles() -> impl Stream<Item = Result<u64, Wrong>> {
    try_stream(async move |y| {
        y.emit(Ok("1".parse()?)).await;
        Ok(())
    })
}

/// The loop in a function.
///
/// # Errors
/// That of the stream.
pub async fn sum() -> Result<u64, Wrong> {
    let mut sum = 0;
    for_await!(for n in loops() {
        sum += n;
    });
    for_await!('numbers: for n in numbers("1 2") {
        let n = n?;
        if n == 9 {
            break 'numbers;
        }
        if n == 8 {
            return Ok(n);
        }
        sum += n;
    });
    for_await!(for word in words("a b") {
        sum += u64::try_from(word.len()).unwrap_or(0);
    });
    for_await!(for n in fails() {
        sum += n.unwrap_or(0);
        break;
    });
    for_await!(for n in fallible_loop() {
        sum += n?;
    });
    for_await!(for n in handles() {
        sum += n;
    });
    for_await!(for n in fallible_handles() {
        sum += n?;
    });
    Ok(sum)
}
