//! Iterators, whole functions, delegation and errors in between, under the strictest lints.

use weftwork::{Stream, generator, iter, try_generator, try_iter};

use crate::generator::{Wrong, endless, numbers};

/// An iterator by block and by closure.
pub fn squares(up_to: u64) -> impl Iterator<Item = u64> {
    let odd = generator!(move || -> u64 {
        for n in (1..up_to).step_by(2) {
            yield n * n;
        }
    });
    let text = String::from("1 2");
    let words: u64 = generator!({
        for word in text.split(' ') {
            if let Ok(n) = word.parse::<u64>() {
                yield n;
            }
        }
    })
    .sum();
    odd.map(move |n| n + words)
}

/// A fallible iterator.
pub fn parsed(text: &str) -> impl Iterator<Item = Result<u64, Wrong>> {
    try_generator!(move || {
        for word in text.split(' ') {
            match word.parse::<u64>() {
                Ok(n) => yield n,
                Err(_) if word.is_empty() => yield_err!(Wrong),
                Err(error) => return Err(error.into()),
            }
        }
        yield text.parse()?;
    })
}

generator!(
    /// A stream of its own.
    #[must_use]
    pub async fn between(from: u64, to: u64) -> impl Stream<Item = u64> {
        for await n in endless() {
            if n >= to {
                return;
            }
            if n >= from {
                yield n;
            }
        }
    }
);

generator!(
    /// Delegates, from the body and from nested blocks.
    pub async fn delegating(mut from: u64) -> impl Stream<Item = u64> {
        from += 1;
        yield ..between(from, 9);
        yield ..(0..from);
        async {
            yield ..[1, 2];
        }
        .await;
    }
);

generator!(
    /// An iterator of its own.
    pub fn pairs<const N: usize>((first, second): (u8, u8), _: [u8; N], _guard: Box<u8>) -> impl Iterator<Item = (u8, usize)> {
        yield (first, N);
        yield ..[(second, N)];
    }
);

generator!(
    /// Arguments that a pattern takes apart, one that it borrows, and one that nobody looks at.
    pub fn patterns(ref mut text: String, [first, ..]: [char; 2], _unused: u8) -> impl Iterator<Item = String> {
        text.push(first);
        yield text.clone();
    }
);

try_generator!(
    /// Every way to fail.
    pub async fn fallible(text: &str) -> impl Stream<Item = Result<u64, Wrong>> {
        yield ..numbers(text);
        yield ..[1, 2];
        if text.is_empty() {
            return;
        }
        yield_err!(Wrong);
        async {
            yield_err!(Wrong);
        }
        .await;
        return Err(Wrong);
    }
);

/// Methods.
#[derive(Debug, Clone)]
pub struct Text(String);

impl Text {
    generator!(
        /// Borrows.
        pub async fn words(&self) -> impl Stream<Item = &str> {
            for word in self.0.split(' ') {
                yield word;
            }
        }
    );

    generator!(
        /// Takes.
        #[must_use]
        pub fn letters(mut self) -> impl Iterator<Item = char> {
            while let Some(letter) = self.0.pop() {
                yield letter;
            }
        }
    );
}

/// Has a default method.
pub trait Source {
    /// One row.
    fn row(&self) -> u64;

    generator!(
        /// That row twice.
        fn rows(&self) -> impl Iterator<Item = u64> {
            yield self.row();
            yield self.row();
        }
    );
}

impl Source for Text {
    fn row(&self) -> u64 {
        0
    }

    generator!(
        fn rows(&self) -> impl Iterator<Item = u64> {
            yield 1;
        }
    );
}

/// Without macros.
pub fn handles() -> impl Iterator<Item = u64> {
    iter(async move |y| {
        y.emit(1).await;
        y.emit_all([2, 3]).await;
    })
}

/// Without macros, and fallible.
pub fn fallible_handles() -> impl Iterator<Item = Result<u64, Wrong>> {
    try_iter(async move |y| {
        y.emit(Ok("1".parse()?)).await;
        Ok(())
    })
}
