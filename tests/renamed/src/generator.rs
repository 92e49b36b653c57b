//! Generators where weftwork is called `woven`.

use woven::{Stream, for_await, generator, try_generator};

/// Both levels of yields, and `for await`.
pub fn plain(up_to: u32) -> impl Stream<Item = u32> {
    generator!(async move {
        for n in 0..up_to {
            yield n;
        }
        async { yield 10 }.await;
        for await n in woven::generator!(async move || -> u32 { yield 20 }) {
            yield n;
        }
    })
}

/// The fallible form, on both levels.
pub fn fallible(text: &str) -> impl Stream<Item = Result<u32, std::num::ParseIntError>> {
    try_generator!(async move {
        yield text.parse()?;
        for await n in plain(2) {
            yield n;
        }
        for await n in woven::try_generator!(async || -> Result<u32, std::num::ParseIntError> {
            async { yield 1 }.await;
            yield "2".parse()?;
        }) {
            yield n?;
        }
    })
}

/// The loop, and the functions beneath.
pub async fn sum() -> u32 {
    let mut sum = 0;
    for_await!(for n in fallible("1") {
        let Ok(n) = n else { break };
        sum += n;
    });
    woven::for_await!(for n in woven::stream(async |y| y.emit(1).await) {
        sum += n;
    });
    sum
}

/// Iterators.
pub fn iterator() -> impl Iterator<Item = u32> {
    let fallible = try_generator!(|| -> Result<u32, String> {
        yield 1;
        woven::yield_err!(String::new());
        yield ..[2];
        yield ..[Ok::<_, &str>(3)];
    });
    woven::generator!({
        yield ..fallible.map(Result::unwrap_or_default);
        yield ..woven::iter(async |y| y.emit_all([4]).await);
    })
}

generator!(
    /// A whole function.
    pub async fn function(mut n: u32, _: u32) -> impl Stream<Item = u32> {
        n += 1;
        yield ..plain(n);
        async { yield ..iterator() }.await;
    }
);

/// Methods.
#[derive(Debug)]
pub struct Text(String);

impl Text {
    woven::try_generator!(
        /// Numbers.
        pub fn numbers(&self) -> impl Iterator<Item = Result<u32, std::num::ParseIntError>> {
            yield self.0.parse()?;
        }
    );
}

/// A macro of another crate that makes a function for its callers.
#[macro_export]
macro_rules! counting {
    ($vis:vis $name:ident) => {
        $crate::generator::woven_generator!(
            $vis async fn $name(up_to: u32) -> impl $crate::generator::WovenStream<Item = u32> {
                for n in 0..up_to {
                    yield n;
                }
            }
        );
    };
}
pub use woven::Stream as WovenStream;

/// A macro of another crate that uses the macros for its callers.
#[macro_export]
macro_rules! counted {
    ($up_to:expr) => {
        $crate::generator::woven_generator!(async move {
            for n in 0..$up_to {
                yield n;
            }
        })
    };
}
pub use woven::generator as woven_generator;
